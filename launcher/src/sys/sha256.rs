//! SHA-256 of much: by the processor's own instructions where it has them, five times as fast as without.
//!
//! For the frames and files of a first start. What every start hashes, a few KiB, goes through `psp_format`, which asks nothing of
//! the processor: asking what it can do costs more there than hashing. Must answer as the `sha2` crate does, which does the work
//! where the instructions are missing. Start at [`sha256`].

use core::arch::x86_64::{
    __cpuid, __cpuid_count, __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_loadu_si128, _mm_set_epi64x,
    _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32,
    _mm_storeu_si128,
};
use core::sync::atomic::{AtomicU8, Ordering};

use sha2::block_api::compress256;

const BLOCK: usize = 64;

/// The hash of nothing yet (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// SHA-256 of bytes that come piece by piece.
#[derive(Clone, Debug)]
pub struct Sha256 {
    state: [u32; 8],
    /// The bytes of the block that is not full yet: as many as `len` has beyond whole blocks.
    pending: [u8; BLOCK],
    len: u64,
}

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(bytes);
    hasher.finish()
}

impl Sha256 {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self { state: INITIAL, pending: [0; BLOCK], len: 0 }
    }

    /// Adds bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        let held = (self.len % BLOCK as u64) as usize;
        self.len = self.len.wrapping_add(bytes.len() as u64);
        if held > 0 {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - held));
            self.pending[held..held + now.len()].copy_from_slice(now);
            if held + now.len() < BLOCK {
                return;
            }
            compress(&mut self.state, &[self.pending]);
            bytes = later;
        }
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        compress(&mut self.state, blocks);
        self.pending[..rest.len()].copy_from_slice(rest);
    }

    /// The digest of all bytes added.
    pub fn finish(mut self) -> [u8; 32] {
        let held = (self.len % BLOCK as u64) as usize;
        let bits = self.len.wrapping_mul(8);
        // FIPS 180-4, 5.1.1: a bit, zeros, and the length in the last eight bytes of a block.
        let mut end = [[0; BLOCK]; 2];
        end[0][..held].copy_from_slice(&self.pending[..held]);
        end[0][held] = 0x80;
        let last = usize::from(held >= BLOCK - 8);
        end[last][BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
        compress(&mut self.state, &end[..=last]);
        let mut digest = [0; 32];
        for (bytes, word) in digest.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        digest
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

fn compress(state: &mut [u32; 8], blocks: &[[u8; BLOCK]]) {
    if blocks.is_empty() {
        return;
    }
    if has_instructions() {
        // SAFETY: the processor has every feature the function is compiled for.
        unsafe { compress_with_instructions(state, blocks) }
    } else {
        compress256(state, blocks);
    }
}

/// Whether the processor has the SHA extensions, SSSE3 and SSE4.1; asked once.
fn has_instructions() -> bool {
    const UNKNOWN: u8 = 0;
    const MISSING: u8 = 1;
    const PRESENT: u8 = 2;
    static KNOWN: AtomicU8 = AtomicU8::new(UNKNOWN);
    match KNOWN.load(Ordering::Relaxed) {
        UNKNOWN => {
            let (basic, extended) =
                (__cpuid(1), if __cpuid(0).eax >= 7 { __cpuid_count(7, 0).ebx } else { 0 });
            let has = basic.ecx & (1 << 9) != 0 && basic.ecx & (1 << 19) != 0 && extended & (1 << 29) != 0;
            KNOWN.store(if has { PRESENT } else { MISSING }, Ordering::Relaxed);
            has
        }
        known => known == PRESENT,
    }
}

/// The round constants (FIPS 180-4, 4.2.2).
#[rustfmt::skip]
const ROUND: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

/// Four words, from any alignment.
#[inline]
#[target_feature(enable = "sse2")]
fn load<T>(words: &[T; 4]) -> __m128i {
    const { assert!(size_of::<T>() == 4) }
    // SAFETY: sixteen bytes are read from a live array of them, at any alignment.
    unsafe { _mm_loadu_si128(words.as_ptr().cast()) }
}

/// The next four words of the message schedule, from the sixteen before them, oldest first.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3")]
fn schedule(oldest: __m128i, second: __m128i, third: __m128i, newest: __m128i) -> __m128i {
    let middle = _mm_alignr_epi8::<4>(newest, third);
    let sum = _mm_add_epi32(_mm_sha256msg1_epu32(oldest, second), middle);
    _mm_sha256msg2_epu32(sum, newest)
}

/// Four rounds with four words of the schedule; the state before and after is (abef, cdgh).
#[inline]
#[target_feature(enable = "sha,sse2")]
fn four_rounds(abef: __m128i, cdgh: __m128i, words: __m128i, constants: &[u32; 4]) -> (__m128i, __m128i) {
    let keyed = _mm_add_epi32(words, load(constants));
    let cdgh = _mm_sha256rnds2_epu32(cdgh, abef, keyed);
    let abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32::<0x0e>(keyed));
    (abef, cdgh)
}

/// The compression function by the SHA extensions. They keep the eight words of the state as two vectors, (f e b a) and
/// (h g d c) from the low lane up, do two rounds at a time, and have an instruction for each half of the message schedule.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn compress_with_instructions(state: &mut [u32; 8], blocks: &[[u8; BLOCK]]) {
    let [a, b, c, d, e, f, g, h] = *state;
    let mut abef = load(&[f, e, b, a]);
    let mut cdgh = load(&[h, g, d, c]);
    let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    for block in blocks {
        let (before_abef, before_cdgh) = (abef, cdgh);
        let (parts, _) = block.as_chunks::<16>();
        let mut words = [0, 1, 2, 3].map(|at: usize| {
            let (quarters, _) = parts[at].as_chunks::<4>();
            _mm_shuffle_epi8(load(&[quarters[0], quarters[1], quarters[2], quarters[3]]), swap)
        });
        for (sixteen, constants) in ROUND.as_chunks::<16>().0.iter().enumerate() {
            let (constants, _) = constants.as_chunks::<4>();
            // Written out, as every word must stay in its register: a loop over them would keep them in memory.
            if sixteen > 0 {
                words[0] = schedule(words[0], words[1], words[2], words[3]);
            }
            (abef, cdgh) = four_rounds(abef, cdgh, words[0], &constants[0]);
            if sixteen > 0 {
                words[1] = schedule(words[1], words[2], words[3], words[0]);
            }
            (abef, cdgh) = four_rounds(abef, cdgh, words[1], &constants[1]);
            if sixteen > 0 {
                words[2] = schedule(words[2], words[3], words[0], words[1]);
            }
            (abef, cdgh) = four_rounds(abef, cdgh, words[2], &constants[2]);
            if sixteen > 0 {
                words[3] = schedule(words[3], words[0], words[1], words[2]);
            }
            (abef, cdgh) = four_rounds(abef, cdgh, words[3], &constants[3]);
        }
        abef = _mm_add_epi32(abef, before_abef);
        cdgh = _mm_add_epi32(cdgh, before_cdgh);
    }
    let (mut first, mut second) = ([0u32; 4], [0u32; 4]);
    // SAFETY: sixteen bytes are written into live arrays of them, at any alignment.
    unsafe {
        _mm_storeu_si128(first.as_mut_ptr().cast(), abef);
        _mm_storeu_si128(second.as_mut_ptr().cast(), cdgh);
    }
    let ([f, e, b, a], [h, g, d, c]) = (first, second);
    *state = [a, b, c, d, e, f, g, h];
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use sha2::Digest as _;

    use super::*;

    fn bytes(len: usize) -> Vec<u8> {
        (0..len).map(|at| (at * at / 3 + at) as u8).collect()
    }

    #[test]
    fn every_length_around_a_block_hashes_as_the_crate_does() {
        for len in (0..200).chain([1000, 4096, 70_001]) {
            let bytes = bytes(len);
            assert_eq!(sha256(&bytes)[..], sha2::Sha256::digest(&bytes)[..], "{len} bytes");
        }
    }

    #[test]
    fn pieces_hash_as_the_whole() {
        let bytes = bytes(1000);
        for piece in [1, 3, 63, 64, 65, 130, 999] {
            let mut hasher = Sha256::default();
            bytes.chunks(piece).for_each(|piece| hasher.update(piece));
            hasher.update(&[]);
            assert_eq!(hasher.finish(), sha256(&bytes), "pieces of {piece}");
        }
    }

    #[test]
    fn the_standards_example() {
        // FIPS 180-4's "abc".
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let digest: std::string::String =
            sha256(b"abc").iter().map(|byte| std::format!("{byte:02x}")).collect();
        assert_eq!(digest, expected);
    }

    #[test]
    fn both_ways_of_compressing_agree() {
        let content = bytes(64 * 5);
        let (blocks, _) = content.as_chunks::<BLOCK>();
        for count in 1..=5 {
            let (mut one, mut two) = (INITIAL, INITIAL);
            compress(&mut one, &blocks[..count]);
            compress256(&mut two, &blocks[..count]);
            assert_eq!(one, two, "{count} blocks");
        }
    }
}
