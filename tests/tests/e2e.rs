//! End to end: packages built by the real `psp`, started by their real stub.

mod e2e {
    mod attack;
    mod cache;
    mod guide;
    mod lifecycle;
    mod provider_project;
    mod readme;
    mod real;
    mod second_reader;
    mod start;
    mod support;
    mod terraform;
    mod terraform_guides;
}
