//! What the kernel hands a new program: arguments, environment, and a few facts about the process.
//!
//! Must never copy or reinterpret the strings: they are the caller's bytes, in no encoding. Start at [`Start`]; the machine
//! code before it is in `entry`, which only the stub has.

use alloc::vec::Vec;
use core::ffi::CStr;

const AT_NULL: usize = 0;
const AT_PAGE_SIZE: usize = 6;
const AT_UID: usize = 11;
const AT_EUID: usize = 12;
const AT_SECURE: usize = 23;
const AT_RANDOM: usize = 25;
const AT_EXECFN: usize = 31;

/// Everything the process was started with.
#[derive(Clone, Debug)]
pub struct Start<'a> {
    /// The arguments, the first of which is the name it was called by. Linux before 5.18 allows there to be none.
    pub arguments: Vec<&'a CStr>,
    /// The environment as `NAME=value`, in its order, doubles and malformed strings included.
    pub environment: Vec<&'a CStr>,
    /// What the kernel adds.
    pub facts: Facts<'a>,
}

/// Facts from the kernel's auxiliary vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The path as given to `exec`, `/dev/fd/N` for a descriptor.
    pub path: Option<&'a CStr>,
    /// How the process came to its rights.
    pub privileges: Privileges,
    /// The real user.
    pub user: u32,
    /// The user whose rights the process has.
    pub effective_user: u32,
    /// Bytes of memory in a page.
    pub page_size: usize,
    /// Bytes nobody outside can foretell, new for each process; for names of temporary files, not for keys.
    pub random: [u8; 16],
}

/// Whether `exec` gave the process rights its caller does not have (`AT_SECURE`: setuid, setgid, file capabilities).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privileges {
    /// None.
    Inherited,
    /// Some: the environment is that of somebody less trusted.
    Raised,
}

impl<'a> Start<'a> {
    /// The value of the first environment string of this name.
    pub fn variable(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.environment.iter().find_map(|string| {
            let value = string.to_bytes().strip_prefix(name)?;
            value.strip_prefix(b"=")
        })
    }

    /// Reads the block the kernel puts on a new program's stack: argument count, arguments, null, environment, null, then
    /// pairs of numbers of which the last has type 0.
    ///
    /// # Safety
    /// `block` points at such a block, which stays as it is for `'a`.
    #[cfg_attr(
        not(any(test, feature = "stub")),
        expect(dead_code, reason = "only the stub starts by itself")
    )]
    pub(super) unsafe fn from_stack(block: *const usize) -> Self {
        // SAFETY: the first word is the count, the arguments follow it.
        let (count, first) = unsafe { (*block, block.add(1)) };
        // SAFETY: `count` pointers and a null follow, then the environment's.
        let (arguments, environment) = unsafe { (strings(first), strings(first.add(count + 1))) };
        // SAFETY: the vector of facts follows the environment's null.
        let facts = unsafe { Facts::from_vector(first.add(count + 1 + environment.len() + 1)) };
        Self { arguments, environment, facts }
    }
}

/// The strings of a list of pointers that ends in null.
///
/// # Safety
/// `list` is such a list; list and strings stay as they are for `'a`.
unsafe fn strings<'a>(list: *const usize) -> Vec<&'a CStr> {
    // SAFETY: every word before the null is part of the list.
    let count = (0..).take_while(|index| unsafe { *list.add(*index) } != 0).count();
    let mut found = Vec::with_capacity(count);
    for index in 0..count {
        // SAFETY: a word before the null is the address of a NUL-terminated string.
        found.push(unsafe { string(*list.add(index)) });
    }
    found
}

/// The NUL-terminated string at an address the kernel gave.
///
/// # Safety
/// There is one, and it stays as it is for `'a`.
unsafe fn string<'a>(address: usize) -> &'a CStr {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(core::ptr::with_exposed_provenance(address)) }
}

impl Facts<'_> {
    /// # Safety
    /// `vector` points at pairs of words, the last with type 0, whose pointers are valid for `'a`.
    unsafe fn from_vector(mut vector: *const usize) -> Self {
        let mut facts = Self {
            path: None,
            privileges: Privileges::Inherited,
            user: u32::MAX,
            effective_user: u32::MAX,
            page_size: 4096,
            random: [0; 16],
        };
        loop {
            // SAFETY: pairs follow until one has type 0.
            let (kind, value) = unsafe { (*vector, *vector.add(1)) };
            match kind {
                AT_NULL => return facts,
                AT_PAGE_SIZE => facts.page_size = value,
                AT_UID => facts.user = value as u32,
                AT_EUID => facts.effective_user = value as u32,
                AT_SECURE if value != 0 => facts.privileges = Privileges::Raised,
                AT_RANDOM => {
                    let bytes = core::ptr::with_exposed_provenance::<[u8; 16]>(value);
                    // SAFETY: the kernel's pointer to 16 bytes, which bytes of any alignment may be read from.
                    facts.random = unsafe { bytes.read() };
                }
                // SAFETY: the kernel's pointer to a string.
                AT_EXECFN => facts.path = Some(unsafe { string(value) }),
                _ => {}
            }
            // SAFETY: this pair was not the last.
            vector = unsafe { vector.add(2) };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec;

    use super::*;

    /// A stack as the kernel builds it. The strings must outlive it.
    fn block(
        arguments: &[&'static CStr],
        environment: &[&'static CStr],
        facts: &[(usize, usize)],
    ) -> Vec<usize> {
        let address = |string: &&CStr| string.as_ptr().expose_provenance();
        let mut words = vec![arguments.len()];
        words.extend(arguments.iter().map(address));
        words.push(0);
        words.extend(environment.iter().map(address));
        words.push(0);
        words.extend(facts.iter().flat_map(|(kind, value)| [*kind, *value]));
        words.extend([0, 0]);
        words
    }

    fn parse(words: &[usize]) -> Start<'_> {
        // SAFETY: `block` built it as from_stack wants it, of 'static strings.
        unsafe { Start::from_stack(words.as_ptr()) }
    }

    #[test]
    fn strings_come_as_they_are() {
        let words = block(&[c"na me", c"", c"\xff"], &[c"A=1", c"A=2", c"no sign", c"B=", c"\xfe=\xfd"], &[]);
        let start = parse(&words);
        assert_eq!(start.arguments, [c"na me", c"", c"\xff"]);
        assert_eq!(start.environment.len(), 5);
        for (name, value) in [
            (&b"A"[..], Some(&b"1"[..])),
            (b"B", Some(b"")),
            (b"\xfe", Some(b"\xfd")),
            (b"no sign", None),
            (b"no", None),
            (b"a", None),
            (b"", None),
        ] {
            assert_eq!(start.variable(name), value);
        }
    }

    #[test]
    fn a_start_with_nothing_at_all_is_one() {
        let words = block(&[], &[], &[]);
        let start = parse(&words);
        assert!(start.arguments.is_empty() && start.environment.is_empty());
        assert_eq!((start.facts.privileges, start.facts.path), (Privileges::Inherited, None));
        assert_eq!((start.facts.user, start.facts.page_size), (u32::MAX, 4096));
    }

    #[test]
    fn facts_are_found_among_unknown_ones() {
        let random = *b"0123456789abcdef";
        let path = c"/bin/x";
        let words = block(
            &[c"x"],
            &[],
            &[
                (33, 1),
                (AT_PAGE_SIZE, 16384),
                (AT_UID, 1000),
                (AT_EUID, 0),
                (AT_SECURE, 1),
                (AT_RANDOM, random.as_ptr().expose_provenance()),
                (AT_EXECFN, path.as_ptr().expose_provenance()),
                (51, 7),
            ],
        );
        let expected = Facts {
            path: Some(path),
            privileges: Privileges::Raised,
            user: 1000,
            effective_user: 0,
            page_size: 16384,
            random,
        };
        assert_eq!(parse(&words).facts, expected);
    }

    #[test]
    fn a_process_without_raised_privileges_is_told_so() {
        let words = block(&[], &[], &[(AT_SECURE, 0)]);
        assert_eq!(parse(&words).facts.privileges, Privileges::Inherited);
    }
}
