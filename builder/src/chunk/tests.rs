//! Where frames are cut, and what a change disturbs.

use std::collections::BTreeSet;

use super::gear::Gear;
use super::*;

/// Reproducible bytes without pattern.
fn noise(seed: u64, size: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..size).map(|_| next()).collect()
}

fn shape(content: &[u8]) -> Shape {
    let mut gear = Gear::new(content.len() as u64);
    for part in content.chunks(7_919) {
        gear.update(part);
    }
    Shape { size: content.len() as u64, digest: Digest::of(content), head: [0; 4], cuts: gear.finish() }
}

/// What makes a frame the same frame: the content of its pieces.
fn keys(files: &[Shape]) -> BTreeSet<Vec<(Digest, u64, u64)>> {
    let key = |frame: &FramePlan| {
        frame.pieces.iter().map(|piece| (files[piece.file].digest, piece.offset, piece.size)).collect()
    };
    cut(files).iter().map(key).collect()
}

fn check_cover(files: &[Shape]) {
    let frames = cut(files);
    let mut expected: Vec<_> = files.iter().map(|file| file.size).collect();
    let mut last = (0, 0);
    for frame in &frames {
        assert!(frame.size() >= 1 && frame.size() <= MAX_FRAME_BYTES);
        for piece in &frame.pieces {
            assert!(piece.size > 0 && (piece.file, piece.offset) >= last);
            assert_eq!(piece.offset, files[piece.file].size - expected[piece.file]);
            expected[piece.file] -= piece.size;
            last = (piece.file, piece.offset + piece.size);
        }
    }
    assert!(expected.iter().all(|left| *left == 0));
}

#[test]
fn every_byte_is_in_one_frame() {
    let none: [Shape; 0] = [];
    assert!(cut(&none).is_empty());
    for sizes in [vec![0], vec![1], vec![0, 5, 0], vec![3 << 20, 5 << 20, 10, 9 << 20, 0], vec![1000; 9000]] {
        let files: Vec<_> = (0..).zip(&sizes).map(|(seed, &size)| shape(&noise(seed, size))).collect();
        check_cover(&files);
    }
}

#[test]
fn places_depend_on_content_alone() {
    let content = noise(1, 3 << 20);
    let whole = shape(&content);
    assert!(whole.cuts.len() > 20, "{}", whole.cuts.len());
    let mut gear = Gear::new(content.len() as u64);
    gear.update(&content);
    assert_eq!(gear.finish(), whole.cuts);
    // Bytes put in front move the places and nothing else.
    let moved = shape(&[&noise(2, 1000), content.as_slice()].concat());
    let shifted = |cut: &Cut| Cut { offset: cut.offset + 1000, ..*cut };
    let kept = whole.cuts.iter().filter(|cut| moved.cuts.contains(&shifted(cut))).count();
    assert!(kept + 2 >= whole.cuts.len());
    assert!(shape(&noise(1, DIVISIBLE_FILE_BYTES as usize - 1)).cuts.is_empty());
}

#[test]
fn uniform_content_is_cut_too() {
    for byte in [0, 255] {
        let shape = shape(&vec![byte; 20 << 20]);
        assert!(shape.cuts.len() < 6000);
        check_cover(&[shape]);
    }
}

#[test]
fn a_changed_file_disturbs_few_frames() {
    let files: Vec<_> =
        (0..3000).map(|seed| shape(&noise(seed, 1000 + (seed as usize * 7919) % 40_000))).collect();
    let before = keys(&files);
    assert!(before.len() > 15);
    let (mut disturbed, mut cases) = (0, 0);
    for changed in (0..files.len()).step_by(37) {
        let mut after = files.clone();
        after[changed] = shape(&noise(changed as u64 + 1_000_000, files[changed].size as usize + 5));
        disturbed += keys(&after).difference(&before).count();
        cases += 1;
    }
    assert!(disturbed < cases * 3 / 2, "{disturbed} frames for {cases} changes");
}

#[test]
fn a_large_file_gives_the_same_frames_anywhere() {
    let large = shape(&noise(1, 11 << 20));
    let alone = keys(std::slice::from_ref(&large));
    let among = keys(&[shape(&noise(2, 300_000)), large, shape(&noise(3, 40))]);
    assert!(alone.is_subset(&among));
    assert_eq!(among.len(), alone.len() + 2);
}
