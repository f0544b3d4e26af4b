//! The rolling hash that finds places to cut inside a file.
//!
//! The hash of a place is a function of the 64 bytes before it, and it starts anew with each file. So the places are a
//! pure function of the file's content.

use super::{Cut, DIVISIBLE_FILE_BYTES};

/// How many leading zero bits make a place: one in 65,536 bytes on average.
const ZERO_BITS: u32 = 16;
/// No two places of a file are closer, which bounds their number for any content.
const MIN_DISTANCE_BYTES: u64 = 4 << 10;
/// Bytes that the hash looks back.
const WINDOW_BYTES: u64 = 64;

/// Finds the places of one file while its content passes by.
#[derive(Debug)]
pub struct Gear {
    hash: u64,
    position: u64,
    next_allowed: u64,
    cuts: Vec<Cut>,
    divisible: bool,
}

impl Gear {
    /// Begins a file of this size.
    pub fn new(file_size: u64) -> Self {
        let divisible = file_size >= DIVISIBLE_FILE_BYTES;
        Self { hash: 0, position: 0, next_allowed: WINDOW_BYTES, cuts: Vec::new(), divisible }
    }

    /// Takes the next bytes of the file.
    pub fn update(&mut self, bytes: &[u8]) {
        if !self.divisible {
            return;
        }
        let mut hash = self.hash;
        for (at, &byte) in bytes.iter().enumerate() {
            hash = (hash << 1).wrapping_add(TABLE[byte as usize]);
            if hash >> (64 - ZERO_BITS) == 0 {
                self.place(self.position + at as u64 + 1, hash);
            }
        }
        self.hash = hash;
        self.position += bytes.len() as u64;
    }

    #[cold]
    fn place(&mut self, offset: u64, hash: u64) {
        if offset >= self.next_allowed {
            self.cuts.push(Cut { offset, rank: mixed(hash) });
            self.next_allowed = offset + MIN_DISTANCE_BYTES;
        }
    }

    /// The places found, ascending.
    pub fn finish(self) -> Vec<Cut> {
        self.cuts
    }
}

/// One number for each byte, without pattern; part of what decides where frames are cut, so never change it lightly.
const TABLE: [u64; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        table[at] = mixed(at as u64 + 1);
        at += 1;
    }
    table
};

/// Spreads every bit over all bits (the finaliser of SplitMix64).
const fn mixed(number: u64) -> u64 {
    let z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
