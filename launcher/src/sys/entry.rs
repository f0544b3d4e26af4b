//! The stub's own beginning and end: the first instruction, the heap's declaration, and what happens on a panic. Compiled with
//! the feature `stub` only, as everything here may exist once in a program and the standard library brings its own.
//!
//! Must never be reached twice. Start at [`begin`].

use core::arch::global_asm;
use core::panic::PanicInfo;

use super::heap::Heap;
use super::{Start, exit, fail};

#[global_allocator]
static HEAP: Heap = Heap::new();

// The kernel jumps here with the stack pointer at the block that `Start::from_stack` reads, and no return address. A frame
// pointer of zero ends backtraces; the call wants the stack aligned to 16 bytes before it.
global_asm!(
    ".pushsection .text._start, \"ax\", @progbits",
    ".globl _start",
    ".type _start, @function",
    "_start:",
    "xor ebp, ebp",
    "mov rdi, rsp",
    "and rsp, -16",
    "call {begin}",
    "ud2",
    ".size _start, . - _start",
    ".popsection",
    begin = sym begin,
);

/// The first function: reads what the kernel left on the stack, runs the launcher, ends with its exit code.
///
/// # Safety
/// `block` is the stack pointer a new process starts with.
unsafe extern "C" fn begin(block: *const usize) -> ! {
    // SAFETY: the caller's promise; the block lies above every frame and is never written again.
    let start = unsafe { Start::from_stack(block) };
    exit(crate::main(&start))
}

/// A panic is a bug of ours: one line that tells where, never what, as a message could hold a secret.
#[panic_handler]
fn panicked(info: &PanicInfo<'_>) -> ! {
    let mut line = Line::new();
    line.add(b"psp: error[internal]: the launcher met a case it was not written for");
    if let Some(location) = info.location() {
        line.add(b", at ");
        line.add(location.file().as_bytes());
        line.add(b":");
        line.add_number(location.line());
    }
    line.add(b"; help: report this line to the makers of psp\n");
    fail(line.written(), 125)
}

/// What the language's own library, compiled for programs that unwind, refers to in landing pads that this one never enters.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// As [`rust_eh_personality`]: where a landing pad would go on.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    fail(b"psp: error[internal]: the launcher unwound; help: report this line to the makers of psp\n", 125)
}

/// What libzstd would call for a dictionary that it had allocated. It allocates nothing here: it works in memory it is given,
/// and should it ever want more, the missing `malloc` keeps the stub from being linked.
#[unsafe(no_mangle)]
extern "C" fn free(_block: *mut u8) {}

/// A line put together without the heap, which may be what failed.
struct Line {
    bytes: [u8; 256],
    len: usize,
}

impl Line {
    fn new() -> Self {
        Self { bytes: [0; 256], len: 0 }
    }

    fn add(&mut self, part: &[u8]) {
        let room = self.bytes.get_mut(self.len..).unwrap_or_default();
        for (place, byte) in room.iter_mut().zip(part) {
            *place = *byte;
            self.len += 1;
        }
    }

    fn add_number(&mut self, number: u32) {
        let mut divisor = 1_000_000_000;
        while divisor > 1 && number < divisor {
            divisor /= 10;
        }
        while divisor > 0 {
            self.add(&[b'0' + (number / divisor % 10) as u8]);
            divisor /= 10;
        }
    }

    fn written(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
