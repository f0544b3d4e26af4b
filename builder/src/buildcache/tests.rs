//! What the cache gives back, and what it does not believe.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use super::*;
use crate::chunk::{Cut, FramePlan, Piece, Shape};
use crate::codec::Coding;
use crate::source::Stat;

fn cache(limit_bytes: u64) -> (tempfile::TempDir, BuildCache) {
    let directory = tempfile::tempdir().unwrap();
    let cache = BuildCache::open(&directory.path().join("cache"), limit_bytes).unwrap();
    (directory, cache)
}

fn frame(fill: u8, size: usize) -> CachedFrame {
    let stored = vec![fill; size];
    CachedFrame { size: size as u32 + 1, digest: Digest::of(&stored), stored }
}

fn key(fill: u8) -> FrameKey {
    FrameKey(Digest([fill; 32]))
}

fn stat(ctime_ns: i128) -> Stat {
    Stat { device: 1, inode: 2, size: 3, mtime_ns: -5, ctime_ns }
}

fn shape() -> Shape {
    let cuts = vec![Cut { offset: 1, rank: u64::MAX }];
    Shape { size: 3, digest: Digest([7; 32]), head: *b"abc\0", cuts }
}

#[test]
fn frames_come_back_or_do_not() {
    let (_directory, cache) = cache(1 << 20);
    assert_eq!(cache.frame(&key(1), 101), None);
    cache.keep_frame(&key(1), &frame(9, 100)).unwrap();
    assert_eq!(cache.frame(&key(1), 101), Some(frame(9, 100)));
    let path = cache.frame_path(&key(1));
    let good = fs::read(&path).unwrap();
    for at in [0, 9, 20, 45, 60, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 0x80;
        fs::write(&path, &bad).unwrap();
        assert_eq!(cache.frame(&key(1), 101), None, "byte {at}");
    }
    for length in [0, 10, 43, 44, 47, 48, good.len() - 1] {
        fs::write(&path, &good[..length]).unwrap();
        assert_eq!(cache.frame(&key(1), 101), None, "cut to {length}");
    }
    fs::write(&path, [&good[..], b"x"].concat()).unwrap();
    assert_eq!(cache.frame(&key(1), 101), None);
    cache.keep_frame(&key(1), &frame(9, 100)).unwrap();
    assert_eq!(cache.frame(&key(1), 101), Some(frame(9, 100)));
}

#[test]
fn keys_depend_on_everything() {
    let files = [shape(), Shape { digest: Digest([8; 32]), ..shape() }];
    let piece = Piece { file: 0, offset: 0, size: 3 };
    let plan = |pieces: &[Piece]| FramePlan { pieces: pieces.to_vec() };
    let keys = [
        FrameKey::of(&plan(&[piece]), &files, Coding::Zstd { level: 9 }),
        FrameKey::of(&plan(&[piece]), &files, Coding::Zstd { level: 10 }),
        FrameKey::of(&plan(&[piece]), &files, Coding::Store),
        FrameKey::of(&plan(&[Piece { file: 1, ..piece }]), &files, Coding::Store),
        FrameKey::of(&plan(&[Piece { offset: 1, ..piece }]), &files, Coding::Store),
        FrameKey::of(&plan(&[Piece { size: 2, ..piece }]), &files, Coding::Store),
        FrameKey::of(&plan(&[piece, piece]), &files, Coding::Store),
    ];
    let different: BTreeSet<_> = keys.iter().map(|key| key.0).collect();
    assert_eq!(different.len(), keys.len());
}

#[test]
fn files_are_known_while_their_state_is_the_same() {
    let (_directory, cache) = cache(1 << 20);
    let source = Path::new("/some/source");
    assert!(cache.stat_index(source).is_empty());
    let mut index = StatIndex::default();
    let now = 10_000_000_000;
    index.insert(b"settled".to_vec(), FileRecord { stat: stat(1_000_000_000), shape: shape() }, now);
    index.insert(b"fresh".to_vec(), FileRecord { stat: stat(9_000_000_000), shape: shape() }, now);
    cache.keep_stat_index(source, &index).unwrap();
    let index = cache.stat_index(source);
    assert_eq!(index.len(), 1);
    assert_eq!(index.get(b"settled", &stat(1_000_000_000)), Some(&shape()));
    for other in [
        stat(1_000_000_001),
        Stat { device: 9, ..stat(1_000_000_000) },
        Stat { inode: 9, ..stat(1_000_000_000) },
        Stat { size: 9, ..stat(1_000_000_000) },
        Stat { mtime_ns: 9, ..stat(1_000_000_000) },
    ] {
        assert_eq!(index.get(b"settled", &other), None);
    }
    assert_eq!(index.get(b"fresh", &stat(9_000_000_000)), None);
    assert!(cache.stat_index(Path::new("/other")).is_empty());
    let path = cache.stat_path(source);
    let good = fs::read(&path).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert_eq!(StatIndex::decode(&bad), None, "byte {at}");
        assert_eq!(StatIndex::decode(&good[..at]), None, "cut to {at}");
    }
}

#[test]
fn what_was_not_used_for_longest_goes_first() {
    let (_directory, cache) = cache(2_600);
    let hours = |hours: u64| SystemTime::now() - Duration::from_secs(hours * 3600);
    let age =
        |path: &Path, when| fs::File::options().append(true).open(path).unwrap().set_modified(when).unwrap();
    for (fill, hours_ago) in [(1, 5), (2, 9), (3, 1), (4, 7)] {
        cache.keep_frame(&key(fill), &frame(fill, 700)).unwrap();
        age(&cache.frame_path(&key(fill)), hours(hours_ago));
    }
    let (old, new) = (cache.root.join(".new-old"), cache.root.join(".new-new"));
    fs::write(&old, "x").unwrap();
    fs::write(&new, "x").unwrap();
    age(&old, hours(48));
    assert!(cache.frame(&key(4), 701).is_some());
    cache.sweep().unwrap();
    let kept: Vec<_> = (1..5).filter(|&fill| cache.frame(&key(fill), 701).is_some()).collect();
    assert_eq!(kept, [1, 3, 4]);
    assert!(!old.exists() && new.exists());
}

#[test]
fn a_directory_that_others_can_write_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(BuildCache::open(directory.path(), 0), Err(BuildCacheError::Shared { .. })));
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(BuildCache::open(&file, 0), Err(BuildCacheError::Directory { .. })));
}
