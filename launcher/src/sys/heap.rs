//! The stub's heap: small blocks in sizes of powers of two, large ones straight from the kernel.
//!
//! A freed small block is kept for the next of its size; a freed large one goes back to the kernel at once, so that buffers of
//! megabytes do not pile up. What is held is therefore bounded by the most that was ever live of each size. Running out of
//! memory ends the process with a line that says so. Must never be used by two threads: the launcher has one. Start at
//! [`Heap`].

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;

use super::call::{call2, call6, nr};
use super::fail;
use super::memory::{MAP_PRIVATE, map};

/// From this size on a block is a mapping of its own.
const LARGE: usize = 128 * 1024;
/// What small blocks are cut from; the first piece is part of the program, so that a small start asks nothing of the kernel.
const PIECE: usize = 256 * 1024;
const FIRST_PIECE: usize = 64 * 1024;
/// The smallest block: two words, and the alignment of every block.
const SMALLEST: usize = 16;
/// Small blocks are aligned to their size, up to this.
const MOST_ALIGNED: usize = 64;
/// Sizes 16, 32 … 128 KiB.
const CLASSES: usize = 14;
const PAGE: usize = 4096;
const MREMAP_MAYMOVE: usize = 1;
const MREMAP: usize = 25;

/// A heap for one thread. In this order, so that the state shares its page with the first blocks: each page that a start
/// touches costs it a microsecond or two.
#[repr(C)]
pub(super) struct Heap {
    state: UnsafeCell<State>,
    first: FirstPiece,
}

#[repr(align(64))]
struct FirstPiece(UnsafeCell<[u8; FIRST_PIECE]>);

struct State {
    /// For each size the blocks that were freed, each holding the address of the next.
    freed: [*mut u8; CLASSES],
    /// Where the rest of the current piece begins and ends; both null before the first block.
    rest: *mut u8,
    end: *mut u8,
}

// SAFETY: the launcher never has a second thread; a forked process has a copy of its own.
unsafe impl Sync for Heap {}

impl Heap {
    pub(super) const fn new() -> Self {
        let state = State { freed: [ptr::null_mut(); CLASSES], rest: ptr::null_mut(), end: ptr::null_mut() };
        Self { state: UnsafeCell::new(state), first: FirstPiece(UnsafeCell::new([0; FIRST_PIECE])) }
    }

    /// A block of a class: one that was freed, or the next part of the current piece.
    fn take(&self, class: usize) -> *mut u8 {
        // SAFETY: one thread, and no reference to the state outlives a method.
        let state = unsafe { &mut *self.state.get() };
        let freed = state.freed[class];
        if !freed.is_null() {
            // SAFETY: a freed block holds the address of the next one and is ours.
            state.freed[class] = unsafe { freed.cast::<*mut u8>().read() };
            return freed;
        }
        let size = SMALLEST << class;
        if state.rest.is_null() {
            state.rest = self.first.0.get().cast();
            state.end = state.rest.wrapping_add(FIRST_PIECE);
        }
        let mut block = aligned(state.rest, size);
        if (state.end as usize).saturating_sub(block as usize) < size {
            // The rest of the old piece is given up: at most half of it, and only when a large class begins a new one.
            block = map_or_fail(PIECE);
            state.end = block.wrapping_add(PIECE);
        }
        state.rest = block.wrapping_add(size);
        block
    }
}

/// The next address at which a block of `size` may lie.
fn aligned(at: *mut u8, size: usize) -> *mut u8 {
    at.wrapping_add(at.align_offset(size.min(MOST_ALIGNED)))
}

/// The class of a layout; `None` if it is large.
fn class_of(layout: Layout) -> Option<usize> {
    let size = layout.size().max(SMALLEST);
    if size >= LARGE || layout.align() > MOST_ALIGNED {
        return None;
    }
    // A block of its own size class is aligned to that size, up to MOST_ALIGNED.
    let size = size.max(layout.align()).next_power_of_two();
    Some(size.trailing_zeros() as usize - SMALLEST.trailing_zeros() as usize)
}

/// A large layout's length in whole pages; too much for any mapping if that can't be counted.
fn pages(size: usize) -> usize {
    size.checked_next_multiple_of(PAGE).unwrap_or(usize::MAX)
}

fn map_or_fail(len: usize) -> *mut u8 {
    match map(len, MAP_PRIVATE) {
        Ok(start) => start.as_ptr(),
        Err(_) => out_of_memory(),
    }
}

fn out_of_memory() -> ! {
    let line = b"psp: error[out-of-memory]: the system has no memory left for the launcher; help: raise the memory limit of this process or container\n";
    fail(line, 125)
}

// SAFETY: blocks never overlap while they are live: a class block is in use or in the list of freed ones, never both, pieces
// and mappings are distinct; every block has the size and alignment of its class, which are no less than the layout's.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match class_of(layout) {
            Some(class) => self.take(class),
            None if layout.align() <= PAGE => map_or_fail(pages(layout.size())),
            None => ptr::null_mut(),
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise about the layout.
        let block = unsafe { self.alloc(layout) };
        // A new mapping is zeroed by the kernel; touching it would only take pages early.
        if !block.is_null() && class_of(layout).is_some() {
            // SAFETY: the block is at least this long.
            unsafe { block.write_bytes(0, layout.size()) };
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(class) = class_of(layout) else {
            // SAFETY: the block is a mapping of exactly this length, and nobody uses it any more.
            let _ = unsafe { call2(nr::MUNMAP, block as usize, pages(layout.size())) };
            return;
        };
        // SAFETY: one thread, and no reference to the state outlives a method.
        let state = unsafe { &mut *self.state.get() };
        // SAFETY: the block is unused now, aligned to 16 and at least that long.
        unsafe { block.cast::<*mut u8>().write(state.freed[class]) };
        state.freed[class] = block;
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the new size with the old alignment is a layout.
        let new = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        match (class_of(layout), class_of(new)) {
            (Some(before), Some(after)) if before == after => block,
            (None, None) => remap(block, pages(layout.size()), pages(new_size)),
            _ => {
                // SAFETY: a new block is at least as long as what is copied, and never overlaps the old one.
                unsafe {
                    let moved = self.alloc(new);
                    moved.copy_from_nonoverlapping(block, layout.size().min(new_size));
                    self.dealloc(block, layout);
                    moved
                }
            }
        }
    }
}

/// Changes a large block's length, moving it if it must; the kernel moves pages, not bytes.
fn remap(block: *mut u8, len: usize, new_len: usize) -> *mut u8 {
    if len == new_len {
        return block;
    }
    // SAFETY: the block is a mapping of `len` bytes of which the caller keeps no other address.
    match unsafe { call6(MREMAP, [block as usize, len, new_len, MREMAP_MAYMOVE, 0, 0]) } {
        Ok(moved) => ptr::with_exposed_provenance_mut(moved),
        Err(_) => out_of_memory(),
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).unwrap()
    }

    #[test]
    fn classes_cover_every_small_layout() {
        for (size, align, class) in [
            (1, 1, Some(0)),
            (16, 8, Some(0)),
            (17, 1, Some(1)),
            (1, 64, Some(2)),
            (65_536, 16, Some(12)),
            (LARGE - 1, 1, Some(CLASSES - 1)),
            (LARGE, 1, None),
            (8, 128, None),
            (1 << 40, 8, None),
        ] {
            assert_eq!(class_of(layout(size, align)), class, "{size} bytes aligned to {align}");
        }
    }

    #[test]
    fn blocks_are_aligned_disjoint_and_keep_their_bytes() {
        let heap = Heap::new();
        let mut live: Vec<(*mut u8, Layout, u8)> = Vec::new();
        let mut seed = 12345u64;
        let mut chance = move || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) as usize
        };
        for round in 0..20_000usize {
            if live.len() > 200 || (chance() % 3 == 0 && !live.is_empty()) {
                let (block, layout, fill) = live.swap_remove(chance() % live.len());
                // SAFETY: the block is live and as long as its layout; it is freed once.
                unsafe {
                    assert!((0..layout.size()).all(|at| *block.add(at) == fill), "bytes changed under us");
                    heap.dealloc(block, layout);
                }
            } else {
                let size = 1 + chance() % [40, 700, 9000, 300_000][chance() % 4];
                let layout = layout(size, 1 << (chance() % 8));
                let fill = round as u8;
                // SAFETY: the layout's size is not zero, and the block is as long.
                unsafe {
                    let block = heap.alloc(layout);
                    assert_eq!(block as usize % layout.align(), 0);
                    block.write_bytes(fill, size);
                    live.push((block, layout, fill));
                }
            }
        }
    }

    #[test]
    fn growing_and_shrinking_keeps_the_common_part() {
        let heap = Heap::new();
        let mut size = 10;
        // SAFETY: every call gives the layout the block has at that time, and reads within it.
        unsafe {
            let mut block = heap.alloc(layout(size, 1));
            for at in 0..size {
                *block.add(at) = at as u8;
            }
            for new_size in [12, 16, 17, 5000, LARGE - 1, LARGE, 4 * LARGE, 4 * LARGE + 1, LARGE, 100, 10] {
                block = heap.realloc(block, layout(size, 1), new_size);
                size = new_size;
                assert!((0..10).all(|at| *block.add(at) == at as u8), "at {new_size}");
                *block.add(size - 1) = (size - 1) as u8;
            }
            heap.dealloc(block, layout(size, 1));
        }
    }

    #[test]
    fn zeroed_blocks_are_zero_though_used_before() {
        let heap = Heap::new();
        for size in [16, 4096, LARGE * 2] {
            // SAFETY: both blocks are used within their layout and freed once.
            unsafe {
                let used = heap.alloc(layout(size, 8));
                used.write_bytes(0xaa, size);
                heap.dealloc(used, layout(size, 8));
                let zeroed = heap.alloc_zeroed(layout(size, 8));
                assert!((0..size).all(|at| *zeroed.add(at) == 0), "{size}");
                heap.dealloc(zeroed, layout(size, 8));
            }
        }
    }

    #[test]
    fn freed_small_blocks_are_used_again() {
        let heap = Heap::new();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..100_000 {
            // SAFETY: allocated and freed with the same layouts, in the order they came.
            unsafe {
                let (one, two) = (heap.alloc(layout(100, 8)), heap.alloc(layout(120, 8)));
                seen.extend([one as usize, two as usize]);
                heap.dealloc(one, layout(100, 8));
                heap.dealloc(two, layout(120, 8));
            }
        }
        assert_eq!(seen.len(), 2);
    }

    #[test]
    fn an_alignment_no_mapping_has_is_refused() {
        // SAFETY: the layout's size is not zero.
        assert!(unsafe { Heap::new().alloc(layout(16, 2 * PAGE)) }.is_null());
    }
}
