//! The five functions the compiler takes for granted: `memcpy`, `memmove`, `memset`, `memcmp`, `bcmp`; and `strlen`.
//!
//! In machine code, as a compiler that sees such a loop in Rust may turn it into a call of the very function it is part of.
//! In the stub they carry their C names; in tests they have Rust's, and are called by no one else. Must never be given
//! pointers that are not valid for the length: they are C's, and as unsafe. Large lengths go to `rep movsb` and `rep stosb`,
//! which every processor since 2013 runs at full width.

use core::arch::naked_asm;

/// Copies `len` bytes between places that do not overlap.
///
/// # Safety
/// As C's `memcpy`.
#[cfg_attr(all(feature = "stub", not(test)), unsafe(no_mangle))]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    naked_asm!(
        "mov rax, rdi",
        "cmp rdx, 16",
        "jb 3f",
        "cmp rdx, 32",
        "ja 2f",
        // 16 to 32: two overlapping halves.
        "movups xmm0, [rsi]",
        "movups xmm1, [rsi + rdx - 16]",
        "movups [rdi], xmm0",
        "movups [rdi + rdx - 16], xmm1",
        "ret",
        "2:",
        "cmp rdx, 512",
        "jae 6f",
        // 33 to 511: the last 32 bytes are read first, then 32 at a time, then those are written.
        "movups xmm2, [rsi + rdx - 32]",
        "movups xmm3, [rsi + rdx - 16]",
        "lea rcx, [rdi + rdx - 32]",
        "7:",
        "movups xmm0, [rsi]",
        "movups xmm1, [rsi + 16]",
        "movups [rdi], xmm0",
        "movups [rdi + 16], xmm1",
        "add rsi, 32",
        "add rdi, 32",
        "cmp rdi, rcx",
        "jb 7b",
        "movups [rcx], xmm2",
        "movups [rcx + 16], xmm3",
        "ret",
        "6:",
        "mov rcx, rdx",
        "rep movsb",
        "ret",
        "3:",
        "cmp edx, 8",
        "jb 4f",
        "mov rcx, [rsi]",
        "mov r8, [rsi + rdx - 8]",
        "mov [rdi], rcx",
        "mov [rdi + rdx - 8], r8",
        "ret",
        "4:",
        "cmp edx, 4",
        "jb 5f",
        "mov ecx, [rsi]",
        "mov r8d, [rsi + rdx - 4]",
        "mov [rdi], ecx",
        "mov [rdi + rdx - 4], r8d",
        "ret",
        "5:",
        "test edx, edx",
        "je 8f",
        // 1 to 3: first, middle and last byte.
        "movzx ecx, byte ptr [rsi]",
        "movzx r8d, byte ptr [rsi + rdx - 1]",
        "mov r9, rdx",
        "shr r9, 1",
        "movzx r10d, byte ptr [rsi + r9]",
        "mov [rdi], cl",
        "mov [rdi + r9], r10b",
        "mov [rdi + rdx - 1], r8b",
        "8:",
        "ret",
    )
}

/// Copies `len` bytes between places that may overlap.
///
/// # Safety
/// As C's `memmove`.
#[cfg_attr(all(feature = "stub", not(test)), unsafe(no_mangle))]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    naked_asm!(
        "mov rax, rdi",
        "mov rcx, rdi",
        "sub rcx, rsi",
        // Unless `to` lies within the source, copying upwards overwrites only what was read; up to 32 bytes memcpy reads all
        // before it writes anything, but not beyond.
        "cmp rcx, rdx",
        "jae 2f",
        "cmp rdx, 32",
        "jbe {memcpy}",
        // Downwards: the first 16 bytes are kept, then 16 at a time from the end, then those are written.
        "movups xmm1, [rsi]",
        "3:",
        "movups xmm0, [rsi + rdx - 16]",
        "movups [rdi + rdx - 16], xmm0",
        "sub rdx, 16",
        "cmp rdx, 16",
        "ja 3b",
        "movups [rdi], xmm1",
        "ret",
        "2:",
        // Upwards over a source that begins above: memcpy's middle case reads its last bytes first, which would be right,
        // but writes them last, over what it has since moved there rightly. Copy plainly.
        "cmp rdx, 32",
        "jbe {memcpy}",
        "mov r8, rsi",
        "sub r8, rdi",
        "cmp r8, rdx",
        "jae {memcpy}",
        "mov rcx, rdx",
        "rep movsb",
        "ret",
        memcpy = sym memcpy,
    )
}

/// Fills `len` bytes with the lowest eight bits of `byte`.
///
/// # Safety
/// As C's `memset`.
#[cfg_attr(all(feature = "stub", not(test)), unsafe(no_mangle))]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn memset(to: *mut u8, byte: i32, len: usize) -> *mut u8 {
    naked_asm!(
        "mov r8, rdi",
        "movzx eax, sil",
        "cmp rdx, 16",
        "jb 3f",
        "cmp rdx, 512",
        "jae 4f",
        "mov rcx, 0x0101010101010101",
        "imul rax, rcx",
        "movq xmm0, rax",
        "punpcklqdq xmm0, xmm0",
        "lea rcx, [rdi + rdx - 16]",
        "2:",
        "movups [rdi], xmm0",
        "add rdi, 16",
        "cmp rdi, rcx",
        "jb 2b",
        "movups [rcx], xmm0",
        "mov rax, r8",
        "ret",
        "3:",
        "test rdx, rdx",
        "je 6f",
        "5:",
        "mov [rdi + rdx - 1], al",
        "dec rdx",
        "jne 5b",
        "6:",
        "mov rax, r8",
        "ret",
        "4:",
        "mov rcx, rdx",
        "rep stosb",
        "mov rax, r8",
        "ret",
    )
}

/// Compares `len` bytes: negative, zero or positive as the first is less, equal or greater.
///
/// # Safety
/// As C's `memcmp`.
#[cfg_attr(all(feature = "stub", not(test)), unsafe(no_mangle))]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn memcmp(one: *const u8, two: *const u8, len: usize) -> i32 {
    naked_asm!(
        "cmp rdx, 8",
        "jb 3f",
        "2:",
        "mov rax, [rdi]",
        "mov rcx, [rsi]",
        "cmp rax, rcx",
        "jne 5f",
        "add rdi, 8",
        "add rsi, 8",
        "sub rdx, 8",
        "cmp rdx, 8",
        "jae 2b",
        "3:",
        "test rdx, rdx",
        "je 6f",
        "4:",
        "movzx eax, byte ptr [rdi]",
        "movzx ecx, byte ptr [rsi]",
        "sub eax, ecx",
        "jne 7f",
        "inc rdi",
        "inc rsi",
        "dec rdx",
        "jne 4b",
        "6:",
        "xor eax, eax",
        "7:",
        "ret",
        "5:",
        // The first byte that differs decides: it is the most significant one in the other byte order.
        "bswap rax",
        "bswap rcx",
        "cmp rax, rcx",
        "sbb eax, eax",
        "or eax, 1",
        "ret",
    )
}

/// Compares `len` bytes: zero if they are equal.
///
/// # Safety
/// As C's `bcmp`.
#[cfg_attr(all(feature = "stub", not(test)), unsafe(no_mangle))]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn bcmp(one: *const u8, two: *const u8, len: usize) -> i32 {
    naked_asm!("jmp {memcmp}", memcmp = sym memcmp)
}

/// The length of a NUL-terminated string.
///
/// # Safety
/// As C's `strlen`.
#[cfg_attr(all(feature = "stub", not(test)), unsafe(no_mangle))]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn strlen(string: *const u8) -> usize {
    naked_asm!(
        "mov rax, rdi",
        "2:",
        "cmp byte ptr [rax], 0",
        "je 3f",
        "inc rax",
        "jmp 2b",
        "3:",
        "sub rax, rdi",
        "ret",
    )
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    /// All lengths around every boundary in the code.
    fn lengths() -> impl Iterator<Item = usize> {
        (0..140).chain(505..520).chain([1000, 4096, 5001])
    }

    fn pattern(len: usize) -> Vec<u8> {
        (0..len).map(|at| (at * 7 + at / 251) as u8).collect()
    }

    #[test]
    fn copying_writes_exactly_the_length_and_returns_the_target() {
        for len in lengths() {
            for shift in [0, 1, 7] {
                let from = pattern(len + shift);
                let mut to = std::vec![0xee; len + shift + 8];
                // SAFETY: both are longer than `len` from `shift` on.
                let answer = unsafe { memcpy(to.as_mut_ptr().add(shift), from.as_ptr().add(shift), len) };
                assert_eq!(answer, to.as_mut_ptr().wrapping_add(shift));
                assert_eq!(to[shift..shift + len], from[shift..], "length {len}");
                assert!(
                    to[..shift].iter().chain(&to[shift + len..]).all(|byte| *byte == 0xee),
                    "length {len}"
                );
            }
        }
    }

    #[test]
    fn moving_is_right_however_the_places_overlap() {
        for len in lengths() {
            for distance in [0, 1, 2, 8, 15, 16, 17, 31, 33, 100, 511, 6000] {
                for (from, to) in [(0, distance), (distance, 0)] {
                    let mut bytes = pattern(len + distance + 8);
                    let mut expected = bytes.clone();
                    expected.copy_within(from..from + len, to);
                    let start = bytes.as_mut_ptr();
                    // SAFETY: the buffer is longer than either place.
                    unsafe { memmove(start.add(to), start.add(from), len) };
                    assert!(bytes == expected, "{len} bytes from {from} to {to}");
                }
            }
        }
    }

    #[test]
    fn filling_writes_exactly_the_length() {
        for len in lengths() {
            let mut bytes = std::vec![1; len + 20];
            // SAFETY: the buffer is longer than `len` from 3 on.
            unsafe { memset(bytes.as_mut_ptr().add(3), 0x1ab, len) };
            assert!(bytes[3..3 + len].iter().all(|byte| *byte == 0xab), "length {len}");
            assert!(bytes[..3].iter().chain(&bytes[3 + len..]).all(|byte| *byte == 1), "length {len}");
        }
    }

    #[test]
    fn the_first_difference_decides() {
        for len in lengths() {
            let one = pattern(len);
            // SAFETY: both slices have `len` bytes.
            let compare = |two: &[u8]| unsafe {
                (memcmp(one.as_ptr(), two.as_ptr(), len).signum(), bcmp(one.as_ptr(), two.as_ptr(), len) == 0)
            };
            assert_eq!(compare(&one.clone()), (0, true));
            for at in [0, 1, 7, 8, len / 2, len.saturating_sub(1)] {
                let mut two = one.clone();
                let Some(byte) = two.get_mut(at) else { continue };
                *byte = byte.wrapping_add(0x80);
                let less = if one[at] < two[at] { -1 } else { 1 };
                two[at + 1..].fill(if less < 0 { 0 } else { 255 });
                assert_eq!(compare(&two), (less, false), "byte {at} of {len}");
            }
        }
    }

    #[test]
    fn strings_end_at_their_nul() {
        for len in [0, 1, 2, 63, 4096] {
            let mut string = std::vec![b'x'; len];
            string.extend([0, b'y', 0]);
            // SAFETY: the string ends in NUL.
            assert_eq!(unsafe { strlen(string.as_ptr()) }, len);
        }
    }
}
