//! Where a slot's data is cut into frames, so that two versions of it share most frames.
//!
//! A frame may end where a file ends, or inside a larger file at a place that the bytes before it determine
//! ([`gear`]). Every such place has a rank that depends on content only. From the start of a frame, the place of the
//! lowest rank between [`MIN_FRAME_BYTES`] and [`MAX_FRAME_BYTES`] is taken. A changed file so disturbs the frame that it
//! is in; the choice of the next cut hardly ever, and then only until both versions meet at the same place again.
//! Files from [`LARGE_FILE_BYTES`] on begin and end a frame: the same large file gives the same frames in any slot.
//! `builder/docs/FRAMES.md` has the measurements behind the numbers.

pub mod gear;

use psp_format::Digest;

/// No frame is smaller, except at an end of the data or of a large file.
pub const MIN_FRAME_BYTES: u64 = 1 << 20;
/// What is left and not larger than this becomes one frame.
pub const TARGET_FRAME_BYTES: u64 = 2 << 20;
/// No frame is larger.
pub const MAX_FRAME_BYTES: u64 = 4 << 20;
/// Files from this size on begin and end a frame.
pub const LARGE_FILE_BYTES: u64 = 4 << 20;
/// Only files from this size on can be cut inside.
pub const DIVISIBLE_FILE_BYTES: u64 = 512 << 10;

/// A place inside a file where a frame may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Bytes of the file before it.
    pub offset: u64,
    /// Lower is better.
    pub rank: u64,
}

/// A file as cutting sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the content.
    pub digest: Digest,
    /// The first bytes, zeros where there are none: what tells a native file.
    pub head: [u8; 4],
    /// Where it may be cut, ascending; empty for files below [`DIVISIBLE_FILE_BYTES`].
    pub cuts: Vec<Cut>,
}

/// A part of a file in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The file's place among the files.
    pub file: usize,
    /// Bytes of the file before the part.
    pub offset: u64,
    /// Bytes of the part.
    pub size: u64,
}

/// The parts of files that make up one frame, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FramePlan {
    /// The parts; none is empty.
    pub pieces: Vec<Piece>,
}

impl FramePlan {
    /// Bytes of content.
    pub fn size(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.size).sum()
    }
}

/// Cuts the concatenation of all files into frames.
pub fn cut<'s>(files: impl IntoIterator<Item = &'s Shape>) -> Vec<FramePlan> {
    let mut cutter = Cutter::default();
    for (file, shape) in files.into_iter().enumerate() {
        cutter.add(file, shape);
    }
    cutter.finish_run();
    cutter.frames
}

/// A place where a frame may end, counted from the start of the run.
#[derive(Debug, Clone, Copy)]
struct Place {
    at: u64,
    rank: u64,
}

/// Cuts run after run; a run is what lies between the ends of large files.
#[derive(Debug, Default)]
struct Cutter {
    frames: Vec<FramePlan>,
    pieces: Vec<Piece>,
    places: Vec<Place>,
    length: u64,
}

impl Cutter {
    fn add(&mut self, file: usize, shape: &Shape) {
        if shape.size == 0 {
            return;
        }
        let large = shape.size >= LARGE_FILE_BYTES;
        if large {
            self.finish_run();
        }
        let start = self.length;
        self.places.extend(shape.cuts.iter().map(|cut| Place { at: start + cut.offset, rank: cut.rank }));
        self.pieces.push(Piece { file, offset: 0, size: shape.size });
        self.length += shape.size;
        self.places.push(Place { at: self.length, rank: rank_of(&shape.digest) });
        if large {
            self.finish_run();
        }
    }

    fn finish_run(&mut self) {
        let mut start = 0;
        let mut places = std::mem::take(&mut self.places).into_iter().peekable();
        let mut pieces =
            std::mem::take(&mut self.pieces).into_iter().collect::<std::collections::VecDeque<_>>();
        let mut ahead: Vec<Place> = Vec::new();
        while start < self.length {
            let (earliest, latest) = (start + MIN_FRAME_BYTES, start + MAX_FRAME_BYTES);
            while let Some(place) = places.next_if(|place| place.at <= latest) {
                ahead.push(place);
            }
            ahead.retain(|place| place.at >= earliest);
            let best =
                ahead.iter().min_by_key(|place| (place.rank, place.at)).map_or(latest, |place| place.at);
            let end =
                if self.length - start <= TARGET_FRAME_BYTES { self.length } else { best.min(self.length) };
            self.frames.push(take_pieces(&mut pieces, end - start));
            start = end;
        }
        self.length = 0;
    }
}

fn take_pieces(pieces: &mut std::collections::VecDeque<Piece>, size: u64) -> FramePlan {
    let mut frame = FramePlan::default();
    let mut wanted = size;
    while wanted > 0 {
        let Some(piece) = pieces.front_mut() else { break };
        let taken = piece.size.min(wanted);
        frame.pieces.push(Piece { size: taken, ..*piece });
        wanted -= taken;
        piece.offset += taken;
        piece.size -= taken;
        if piece.size == 0 {
            pieces.pop_front();
        }
    }
    frame
}

fn rank_of(digest: &Digest) -> u64 {
    digest.0.iter().take(8).fold(0, |rank, &byte| rank << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests;
