//! Native files: real ones read and changed, damaged ones survived.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use psp_builder::native::patch::{Change, set_rpath};
use psp_builder::native::strip::strip;
use psp_builder::native::{
    Arch, Format, GlibcVersion, Kind, Libc, Os, Target, Tree, inspect, inspect_file, survey,
};

/// A real dynamically linked program: this test itself.
fn own_program() -> Vec<u8> {
    fs::read(std::env::current_exe().unwrap()).unwrap()
}

fn target(text: &str) -> Target {
    text.parse().unwrap()
}

/// Writes a program and starts it.
fn runs(directory: &Path, bytes: &[u8]) -> bool {
    let path = directory.join("program");
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let output = Command::new(&path).arg("--list").output().unwrap();
    output.status.success() && String::from_utf8_lossy(&output.stdout).contains("garbage_is_survived")
}

#[test]
fn a_real_program_is_read_from_memory_and_from_disk() {
    let native = inspect(&own_program()).unwrap().unwrap();
    assert_eq!((native.format, native.os, native.kind), (Format::Elf, Os::Linux, Kind::Executable));
    assert_eq!(native.archs, [Arch::from_name(std::env::consts::ARCH).unwrap()]);
    assert_eq!(native.libc, Some(Libc::Gnu));
    assert!(native.interpreter.as_deref().unwrap().contains("ld-linux"));
    assert!(native.needed.iter().any(|name| name == "libc.so.6"), "{:?}", native.needed);
    assert!(native.glibc.unwrap() >= GlibcVersion::parse("2.2.5").unwrap());
    let mut file = File::open(std::env::current_exe().unwrap()).unwrap();
    assert_eq!(inspect_file(&mut file).unwrap().unwrap(), native);
}

#[test]
fn other_systems_are_told_apart() {
    // The smallest headers: a Mach-O 64-bit executable without load commands; a PE32+ of no sections.
    let mut macho = vec![0u8; 32];
    macho[..4].copy_from_slice(&[0xcf, 0xfa, 0xed, 0xfe]);
    macho[4..8].copy_from_slice(&0x0100_000cu32.to_le_bytes());
    macho[12..16].copy_from_slice(&2u32.to_le_bytes());
    let native = inspect(&macho).unwrap().unwrap();
    assert_eq!(
        (native.format, native.archs.as_slice(), native.os),
        (Format::MachO, &[Arch::Aarch64][..], Os::Macos)
    );

    let mut pe = vec![0u8; 0x40 + 24 + 240];
    pe[..2].copy_from_slice(b"MZ");
    pe[0x3c] = 0x40;
    pe[0x40..0x44].copy_from_slice(b"PE\0\0");
    pe[0x44..0x46].copy_from_slice(&0x8664u16.to_le_bytes());
    pe[0x54..0x56].copy_from_slice(&240u16.to_le_bytes());
    pe[0x58..0x5a].copy_from_slice(&0x20bu16.to_le_bytes());
    pe[0xc4..0xc8].copy_from_slice(&16u32.to_le_bytes());
    let native = inspect(&pe).unwrap().unwrap();
    assert_eq!(
        (native.format, native.archs.as_slice(), native.os),
        (Format::Pe, &[Arch::X86_64][..], Os::Windows)
    );
}

#[test]
fn what_is_not_native_is_none() {
    let java_class = [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 61, 1, 2, 3, 4];
    let texts: [&[u8]; 8] =
        [b"", b"M", b"MZ", b"MZ is a text", b"#!/bin/sh\n", b"\x7fEL", &java_class, b"PK\x03\x04"];
    for bytes in texts {
        assert_eq!(inspect(bytes), Ok(None), "{bytes:?}");
    }
}

#[test]
fn damaged_files_are_errors_with_a_code() {
    let whole = own_program();
    for cut in [5, 16, 63, 64, 100, 700] {
        let error = inspect(&whole[..cut]).unwrap_err();
        assert_eq!(error.code(), "native-damaged", "{cut}");
    }
}

/// A small generator (xorshift), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

#[test]
fn garbage_is_survived() {
    let mut random = Random(0x5eed_1234_5678_9abc);
    // The heads of a program and of libraries: headers, dynamic table, string table.
    let directory = tempfile::tempdir().unwrap();
    let mut seeds = vec![own_program(), fs::read(library_without_notes(directory.path())).unwrap()];
    for directory in psp_builder::native::hostlib::search_directories() {
        seeds
            .extend(["libz.so.1", "libc.so.6"].iter().filter_map(|name| fs::read(directory.join(name)).ok()));
    }
    for seed in &mut seeds {
        seed.truncate(1 << 16);
    }
    for round in 0..20_000u32 {
        let mut bytes = seeds[round as usize % seeds.len()].clone();
        let reach = if round % 2 == 0 { 1024.min(bytes.len()) } else { bytes.len() };
        for _ in 0..1 + random.next() % 6 {
            let at = random.next() as usize % reach;
            let edge = [0, 0xff, 0x7f, 0x80, 1][random.next() as usize % 5];
            bytes[at] = if random.next().is_multiple_of(2) { edge } else { random.next() as u8 };
        }
        bytes.truncate(random.next() as usize % (bytes.len() + 1));
        let _ = inspect(&bytes);
        let _ = strip(&bytes);
        let _ = set_rpath(&mut bytes, "$ORIGIN/../lib");
    }
    // Magics before noise.
    for magic in [
        &b"\x7fELF\x02\x01\x01"[..],
        b"\x7fELF\x01\x02",
        b"MZ",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe\0\0\0\x02",
    ] {
        for _ in 0..2_000 {
            let mut bytes = magic.to_vec();
            bytes.extend((0..random.next() % 512).map(|_| random.next() as u8));
            let _ = inspect(&bytes);
        }
    }
}

#[test]
fn search_paths_grow_and_shrink_and_the_program_still_runs() {
    let directory = tempfile::tempdir().unwrap();
    let mut bytes = own_program();
    assert_eq!(set_rpath(&mut bytes, "$ORIGIN/../a/long/enough/path"), Ok(Change::Grown));
    assert_eq!(inspect(&bytes).unwrap().unwrap().rpaths, ["$ORIGIN/../a/long/enough/path"]);
    assert!(runs(directory.path(), &bytes));
    assert_eq!(set_rpath(&mut bytes, "$ORIGIN/lib"), Ok(Change::InPlace));
    assert_eq!(inspect(&bytes).unwrap().unwrap().rpaths, ["$ORIGIN/lib"]);
    assert!(runs(directory.path(), &bytes));
    let before = bytes.clone();
    assert_eq!(set_rpath(&mut bytes, "$ORIGIN/lib"), Ok(Change::None));
    assert_eq!(bytes, before);
}

/// Runs the C compiler in a directory, with no notes in what it makes.
fn compile(directory: &Path, arguments: &[&str]) {
    let mut compiler = Command::new("cc");
    compiler.current_dir(directory).args(["-fcf-protection=none", "-Wl,--build-id=none"]).args(arguments);
    assert!(compiler.status().unwrap().success(), "{arguments:?}");
}

/// A library without any PT_NOTE that needs another one, `there/libneeded.so`, and `load`, a program that asks it for 42.
fn library_without_notes(directory: &Path) -> PathBuf {
    for (name, text) in [
        ("needed.c", "int needed(void) { return 40; }"),
        (
            "asked.c",
            "int needed(void); static int two = 2, *at = &two; int asked(void) { return needed() + *at; }",
        ),
        (
            "load.c",
            "#include <dlfcn.h>\nint main(int c, char **v) { void *l = dlopen(v[1], RTLD_NOW);\n\
             int (*f)(void) = l ? (int (*)(void))dlsym(l, \"asked\") : 0; return f ? f() : 1; }",
        ),
    ] {
        fs::write(directory.join(name), text).unwrap();
    }
    fs::create_dir(directory.join("there")).unwrap();
    compile(directory, &["-shared", "-nostdlib", "-fPIC", "needed.c", "-o", "there/libneeded.so"]);
    compile(
        directory,
        &["-shared", "-nostdlib", "-fPIC", "asked.c", "-Lthere", "-lneeded", "-o", "asked.so"],
    );
    compile(directory, &["load.c", "-ldl", "-o", "load"]);
    directory.join("asked.so")
}

#[test]
fn a_library_with_no_program_header_to_spare_grows_as_well() {
    let directory = tempfile::tempdir().unwrap();
    let library = library_without_notes(directory.path());
    let answer = || {
        let load = Command::new(directory.path().join("load")).arg(&library).env_clear().output().unwrap();
        load.status.code().unwrap()
    };
    assert_eq!(answer(), 1, "it does not find what it needs");
    let mut bytes = fs::read(&library).unwrap();
    let count = bytes[56];
    for (path, headers) in [("$ORIGIN/there", 1), ("$ORIGIN/nowhere:$ORIGIN/there", 2)] {
        assert_eq!(set_rpath(&mut bytes, path), Ok(Change::Grown), "{path}");
        assert_eq!(bytes[56], count + headers, "{path}");
        fs::write(&library, &bytes).unwrap();
        assert_eq!(answer(), 42, "{path}");
        let native = inspect(&bytes).unwrap().unwrap();
        assert_eq!((native.rpaths.join(":").as_str(), native.kind), (path, Kind::SharedObject));
        assert!(native.needed.iter().any(|name| name == "libneeded.so"), "{:?}", native.needed);
    }
    // Debug sections can still be told from what is mapped.
    if let Some(stripped) = strip(&bytes).unwrap() {
        fs::write(&library, stripped).unwrap();
        assert_eq!(answer(), 42);
    }
}

#[test]
fn a_stripped_program_is_smaller_and_runs() {
    let directory = tempfile::tempdir().unwrap();
    let whole = own_program();
    let stripped = strip(&whole).unwrap().expect("a debug build has debug sections");
    assert!(stripped.len() < whole.len());
    assert_eq!(inspect(&stripped), inspect(&whole));
    assert!(runs(directory.path(), &stripped));
    assert_eq!(strip(&stripped), Ok(None));
    // What neither function changes, it does not touch.
    for bytes in [&b"#!/bin/sh\n"[..], b"", &whole[..64]] {
        let mut changed = bytes.to_vec();
        assert!(set_rpath(&mut changed, "$ORIGIN").is_err());
        assert_eq!(changed, bytes);
    }
}

/// A tree with a program for each given machine number.
fn tree_for(machines: &[(&str, u16)]) -> (tempfile::TempDir, Vec<Tree>) {
    let directory = tempfile::tempdir().unwrap();
    for (name, machine) in machines {
        let mut bytes = own_program();
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let trees = vec![Tree { id: "app".to_owned(), root: directory.path().to_owned() }];
    (directory, trees)
}

#[test]
fn a_survey_judges_by_the_target() {
    let (_directory, trees) = tree_for(&[("bin/native", 62), ("bin/other", 183)]);
    for (name, floor, expected) in [
        ("x86_64-linux", None, &["native-wrong-target"][..]),
        ("x86_64-linux-gnu", Some("2.2.5"), &["native-wrong-target", "native-glibc-too-new"]),
        ("x86_64-linux-musl", None, &["native-wrong-target"]),
        ("aarch64-linux", None, &["native-wrong-target"]),
        ("riscv64-linux", None, &["native-wrong-target"]),
        ("x86_64-windows", None, &["native-wrong-target"]),
    ] {
        let report = survey(&trees, &target(name)).unwrap();
        let errors = report.errors(&target(name), floor.map(|floor| GlibcVersion::parse(floor).unwrap()));
        let codes: Vec<&str> = errors.iter().map(|error| error.code()).collect();
        assert_eq!(codes, expected, "{name}");
    }
    let (_directory, trees) = tree_for(&[("bin/native", 62)]);
    let report = survey(&trees, &target("x86_64-linux-gnu")).unwrap();
    assert!(report.errors(&target("x86_64-linux-gnu"), GlibcVersion::parse("2.99")).is_empty());
    assert_eq!(report.glibc.as_ref().unwrap().locus.path, PathBuf::from("bin/native"));
    assert!(report.host_libraries.iter().any(|library| library.name == "libc.so.6" && library.is_libc));
    let musl = survey(&trees, &target("x86_64-linux-musl")).unwrap();
    assert_eq!(musl.errors(&target("x86_64-linux-musl"), None).len(), 1);
}

#[test]
fn windows_programs_beside_native_ones_are_data() {
    let (directory, trees) = tree_for(&[("bin/native", 62)]);
    let mut pe = vec![0u8; 0x40 + 24 + 240];
    pe[..2].copy_from_slice(b"MZ");
    pe[0x3c] = 0x40;
    pe[0x40..0x44].copy_from_slice(b"PE\0\0");
    pe[0x54] = 240;
    pe[0x58..0x5a].copy_from_slice(&0x20bu16.to_le_bytes());
    pe[0xc4] = 16;
    fs::write(directory.path().join("cli.exe"), pe).unwrap();
    fs::write(directory.path().join("broken.so"), b"\x7fELF\x02\x01\x01").unwrap();
    let report = survey(&trees, &target("x86_64-linux")).unwrap();
    assert!(report.errors(&target("x86_64-linux"), None).is_empty());
    assert_eq!(report.other_systems.len(), 1);
    assert_eq!(report.damaged[0].0.path, PathBuf::from("broken.so"));
}

#[test]
fn a_library_in_the_tree_is_not_expected_from_the_host() {
    let (directory, trees) = tree_for(&[("bin/native", 62)]);
    let needed = |name: &str| {
        let report = survey(&trees, &target("x86_64-linux")).unwrap();
        report.host_libraries.iter().any(|library| library.name == name)
    };
    assert!(needed("libgcc_s.so.1"));
    fs::create_dir(directory.path().join("lib")).unwrap();
    fs::copy(std::env::current_exe().unwrap(), directory.path().join("lib/libgcc_s.so.1")).unwrap();
    assert!(!needed("libgcc_s.so.1"));
}

#[test]
fn a_tree_that_cannot_be_read_is_an_error() {
    let trees = [Tree { id: "app".to_owned(), root: PathBuf::from("/nonexistent/tree") }];
    assert_eq!(survey(&trees, &target("x86_64-linux")).unwrap_err().code(), "native-read");
}
