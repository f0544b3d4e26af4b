//! End to end: packages built by the real `psp`, started by their real stub.

mod e2e {
    mod attack;
    mod cache;
    mod guide;
    mod lifecycle;
    mod package_guides;
    mod provider;
    mod provider_faults;
    mod provider_project;
    mod pyvider;
    mod readme;
    mod real;
    mod second_reader;
    mod start;
    mod support;
    mod terraform;
    mod terraform_guides;
}
