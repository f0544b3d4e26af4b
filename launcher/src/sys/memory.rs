//! Memory straight from the kernel: [`Block`] for one process, [`SharedCounters`] for a process and those it forks.
//!
//! Must never hand out memory that another process can change as anything but atomics.

use core::sync::atomic::AtomicU64;
use core::{fmt, ops, ptr, slice};

use super::Errno;
use super::call::{call2, call6, nr};

const PROT_READ_WRITE: usize = 1 | 2;
const MAP_SHARED: usize = 1;
pub(super) const MAP_PRIVATE: usize = 2;
const MAP_ANONYMOUS: usize = 0x20;
const MAP_POPULATE: usize = 0x8000;

/// Zeroed bytes of this process alone, given back to the kernel when dropped.
pub struct Block {
    start: ptr::NonNull<u8>,
    len: usize,
}

// SAFETY: a Block owns its memory as a Box<[u8]> would.
unsafe impl Send for Block {}
// SAFETY: as above; shared references only read.
unsafe impl Sync for Block {}

impl Block {
    /// `len` zeroed bytes, of which pages are taken as they are first touched.
    ///
    /// # Errors
    /// [`Errno::INVAL`] for a length of 0, [`Errno::NOMEM`].
    pub fn new(len: usize) -> Result<Self, Errno> {
        map(len, MAP_PRIVATE).map(|start| Self { start, len })
    }

    /// As [`Block::new`], with all pages taken at once: cheaper than one fault each where all will be touched.
    pub fn populated(len: usize) -> Result<Self, Errno> {
        map(len, MAP_PRIVATE | MAP_POPULATE).map(|start| Self { start, len })
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        unmap(self.start, self.len);
    }
}

impl ops::Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the mapping is ours, readable, initialised by the kernel and lives as long as `self`.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl ops::DerefMut for Block {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and `self` is borrowed exclusively.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block of {} bytes", self.len)
    }
}

/// Counters, zero at first, that this process shares with those it forks from now on.
pub struct SharedCounters {
    start: ptr::NonNull<u8>,
    count: usize,
}

impl SharedCounters {
    /// `count` counters.
    ///
    /// # Errors
    /// [`Errno::INVAL`] for none or too many, [`Errno::NOMEM`].
    pub fn new(count: usize) -> Result<Self, Errno> {
        let len = count.checked_mul(size_of::<AtomicU64>()).ok_or(Errno::INVAL)?;
        map(len, MAP_SHARED).map(|start| Self { start, count })
    }
}

impl Drop for SharedCounters {
    fn drop(&mut self) {
        unmap(self.start, self.count * size_of::<AtomicU64>());
    }
}

impl ops::Deref for SharedCounters {
    type Target = [AtomicU64];

    fn deref(&self) -> &[AtomicU64] {
        // SAFETY: the mapping is page-aligned, zeroed, lives as long as `self`, and every process sees it as atomics only.
        unsafe { slice::from_raw_parts(self.start.as_ptr().cast(), self.count) }
    }
}

impl fmt::Debug for SharedCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Maps anonymous memory, readable and writable.
pub(super) fn map(len: usize, flags: usize) -> Result<ptr::NonNull<u8>, Errno> {
    if len > isize::MAX as usize {
        return Err(Errno::NOMEM);
    }
    // SAFETY: a new anonymous mapping at an address of the kernel's choice touches nothing that exists.
    let start = unsafe { call6(nr::MMAP, [0, len, PROT_READ_WRITE, flags | MAP_ANONYMOUS, usize::MAX, 0]) }?;
    ptr::NonNull::new(ptr::with_exposed_provenance_mut(start)).ok_or(Errno::NOMEM)
}

/// Gives a mapping of [`map`] back; nothing may use it any more.
fn unmap(start: ptr::NonNull<u8>, len: usize) {
    // SAFETY: only called from drop with the mapping the value owned.
    let _ = unsafe { call2(nr::MUNMAP, start.as_ptr() as usize, len) };
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::Ordering;

    use super::*;
    use crate::sys::{Exit, Fork, exit, fork, wait};

    #[test]
    fn blocks_are_zeroed_writable_and_of_the_length_asked() {
        for block in [Block::new(5000), Block::populated(5000)] {
            let mut block = block.unwrap();
            assert_eq!(block.len(), 5000);
            assert!(block.iter().all(|byte| *byte == 0));
            block.fill(7);
            assert_eq!(block[4999], 7);
        }
    }

    #[test]
    fn senseless_lengths_are_refused() {
        assert_eq!(Block::new(0).map(drop), Err(Errno::INVAL));
        assert_eq!(Block::new(usize::MAX).map(drop), Err(Errno::NOMEM));
        assert_eq!(Block::new(1 << 60).map(drop), Err(Errno::NOMEM));
        assert_eq!(SharedCounters::new(0).map(drop), Err(Errno::INVAL));
        assert_eq!(SharedCounters::new(usize::MAX).map(drop), Err(Errno::INVAL));
    }

    #[test]
    fn a_forked_process_counts_on_the_same_counters() {
        let counters = SharedCounters::new(3).unwrap();
        match fork().unwrap() {
            Fork::Child => {
                counters[1].fetch_add(41, Ordering::SeqCst);
                exit(0)
            }
            Fork::Parent(pid) => assert_eq!(wait(pid), Ok(Exit::Code(0))),
        }
        assert_eq!(counters[1].fetch_add(1, Ordering::SeqCst), 41);
        assert_eq!(counters.iter().map(|counter| counter.load(Ordering::SeqCst)).sum::<u64>(), 42);
    }
}
