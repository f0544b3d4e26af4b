//! `psp` as people and programs use it: the real binary over packages that it built itself.

mod bench;
mod cache;
mod damage;
mod diff;
mod extract;
mod inspect;
mod misc;
mod run;
#[cfg(feature = "serve")]
mod serve;
mod terraform;
mod trust;
mod vectors;
mod verify;
