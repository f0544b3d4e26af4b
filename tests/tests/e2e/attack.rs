//! Attacks on the file: each is refused by `psp verify` and, unless it is about what a start does not look at, by starting it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ed25519_dalek::{Signer, SigningKey};
use end_to_end::{World, is_root, lacking, refused, started, text};
use psp_format::signature::{Purpose, Signature, message};
use psp_format::{Digest, Key, Package, Trailer, manifest, package};

use super::support::{listing, run};

/// A package and what the attacks need to know of it.
struct Victim {
    world: World,
    bytes: Vec<u8>,
    stub: usize,
    manifest: usize,
    signatures: usize,
}

fn victim() -> Victim {
    let world = World::new();
    let path = world.probe_package();
    let bytes = fs::read(&path).unwrap();
    let (stub, manifest, signatures) = {
        let package = parse(&bytes);
        let signatures = bytes.len() - 64 - package.signatures.len() * 112;
        (package.manifest.stub.size as usize, signatures - package.trailer.manifest_size as usize, signatures)
    };
    Victim { world, bytes, stub, manifest, signatures }
}

fn parse(bytes: &[u8]) -> Package<'_> {
    let size = bytes.len() as u64;
    let tail = Trailer::parse(bytes, size).unwrap().tail_bytes();
    Package::parse(&bytes[bytes.len() - tail..], size).unwrap()
}

impl Victim {
    fn write(&self, bytes: &[u8]) -> PathBuf {
        let path = self.world.path("attacked.psp");
        let _ = fs::remove_file(&path);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Neither `psp verify` nor a start accepts it; the start's code is one of these, and nothing was extracted.
    #[track_caller]
    fn assert_refused(&self, bytes: &[u8], codes: &[&str], what: &str) {
        self.assert_not_verified(bytes, what);
        let path = self.write(bytes);
        let _ = fs::remove_dir_all(self.world.path("home/.cache"));
        let output = run(&mut self.world.command(&path));
        let line = text(&output.stderr);
        let code = codes.iter().find(|code| line.starts_with(&format!("psp: error[{code}]: ")));
        refused(&output, code.unwrap_or_else(|| panic!("{what}: {codes:?} expected, {line}")));
        let left = listing(&self.world.cache().join("slots"));
        assert_eq!(left, Vec::<PathBuf>::new(), "{what}");
    }

    #[track_caller]
    fn assert_not_verified(&self, bytes: &[u8], what: &str) {
        let path = self.write(bytes);
        let output = run(self.world.psp().arg("verify").arg(&path));
        assert_eq!(output.status.code(), Some(1), "{what}: {}", text(&output.stdout));
        assert!(text(&output.stderr).contains("error["), "{what}: {}", text(&output.stderr));
    }

    /// The package with an edited manifest under signatures by these keys.
    fn resigned(&self, edit: impl FnOnce(&mut psp_format::Manifest<'_>), seeds: &[u8]) -> Vec<u8> {
        let mut manifest = parse(&self.bytes).manifest;
        edit(&mut manifest);
        self.signed(&manifest.encode(), seeds, &self.bytes[..self.manifest])
    }

    fn signed(&self, manifest: &[u8], seeds: &[u8], head: &[u8]) -> Vec<u8> {
        let root = manifest::root(manifest);
        let mut signatures: Vec<Signature> = seeds.iter().map(|seed| sign(*seed, &root)).collect();
        signatures.sort_by_key(|signature| signature.key);
        [head, &package::encode_tail(manifest, 0, &signatures, head.len() as u64)].concat()
    }
}

fn signer(seed: u8) -> (SigningKey, Key) {
    let signer = SigningKey::from_bytes(&[seed; 32]);
    let key = Key(signer.verifying_key().to_bytes());
    (signer, key)
}

fn sign(seed: u8, root: &Digest) -> Signature {
    let (signer, key) = signer(seed);
    let bytes = signer.sign(&message(&key, Purpose::NONE, root)).to_bytes();
    Signature { key, purpose: Purpose::NONE, bytes }
}

#[test]
fn a_flipped_bit_in_any_region_is_refused() {
    let victim = victim();
    let flip = |at: usize, bit: u8| {
        let mut bytes = victim.bytes.clone();
        bytes[at] ^= 1 << bit;
        bytes
    };
    // The stub is not looked at by itself: whoever changes it could leave the look out.
    for at in [0, 4, 0x40, victim.stub / 2, victim.stub - 1] {
        victim.assert_not_verified(&flip(at, 3), "stub");
    }
    let slots = victim.manifest - victim.stub;
    let slot_codes = ["table-digest", "frame-digest"];
    for (number, at) in [0, 39, 40, slots / 3, slots / 2, slots - 1].into_iter().enumerate() {
        victim.assert_refused(&flip(victim.stub + at, number as u8), &slot_codes, "slot");
    }
    for at in (victim.manifest..victim.signatures).step_by(23) {
        victim.assert_refused(&flip(at, (at % 8) as u8), &["root"], "manifest");
    }
    for at in (victim.signatures..victim.bytes.len() - 64).step_by(7) {
        let codes = ["signature-invalid", "key-invalid", "purpose", "signature-order", "primary-missing"];
        victim.assert_refused(&flip(at, (at % 8) as u8), &codes, "signatures");
    }
    let codes = [
        "not-a-package",
        "newer-version",
        "value",
        "signature-count",
        "limit",
        "reserved",
        "file-size",
        "root",
        "truncated",
        "version-mismatch",
        "manifest-magic",
        "signature-order",
        "purpose",
        "layout",
    ];
    for at in victim.bytes.len() - 64..victim.bytes.len() {
        victim.assert_refused(&flip(at, (at % 8) as u8), &codes, "trailer");
    }
}

#[test]
fn truncated_appended_and_inserted_bytes_are_refused() {
    let victim = victim();
    let bytes = &victim.bytes;
    let codes = ["not-a-package", "file-size"];
    for cut in [1, 8, 64, bytes.len() / 2] {
        victim.assert_refused(&bytes[..bytes.len() - cut], &codes, "cut");
    }
    for tail in [&b"x"[..], b"\n", &vec![0; 1 << 20]] {
        victim.assert_refused(&[bytes, tail].concat(), &codes, "appended");
    }
    let trailer = &bytes[bytes.len() - 64..];
    victim.assert_refused(&[bytes, trailer].concat(), &codes, "two trailers");
    for at in [victim.stub, victim.manifest, victim.signatures, bytes.len() - 64] {
        let inserted = [&bytes[..at], &[0; 40], &bytes[at..]].concat();
        victim.assert_refused(&inserted, &codes, "inserted");
        // With the trailer's size put right.
        let mut fixed = inserted.clone();
        let field = fixed.len() - 40;
        let size = (fixed.len() as u64).to_le_bytes();
        fixed[field..field + 8].copy_from_slice(&size);
        victim.assert_refused(
            &fixed,
            &["layout", "root", "signature-invalid", "signature-order", "purpose"],
            "inserted, size fixed",
        );
    }
}

#[test]
fn counts_sizes_versions_and_magic_of_the_trailer() {
    let victim = victim();
    let base = victim.bytes.len() - 64;
    let cases: &[(usize, &[u8], &str)] = &[
        (0, b"\x89PSP\r\n\x1a\r", "not-a-package"),
        (8, &[2, 0], "newer-version"),
        (8, &[0xff, 0xff], "newer-version"),
        (8, &[0, 0], "value"),
        (12, &[0, 0, 0, 0x80], "signature-count"),
        (12, &[0, 0, 0, 0], "signature-count"),
        (16, &[0, 0, 0, 0x80], "limit"),
        (24, &[0, 0, 0, 0, 0, 1, 0, 0], "file-size"),
        (24, &[0, 0, 0, 0, 0, 0, 0, 0x80], "file-size"),
    ];
    for (at, patch, code) in cases {
        let mut bytes = victim.bytes.clone();
        bytes[base + at..base + at + patch.len()].copy_from_slice(patch);
        victim.assert_refused(&bytes, &[code], code);
    }
}

#[test]
fn edited_and_rehashed_but_not_signed_is_refused() {
    let victim = victim();
    // The manifest edited, the trailer's root put right, the signatures kept.
    let mut manifest = parse(&victim.bytes).manifest;
    manifest.identity.version = "6.6.6";
    let encoded = manifest.encode();
    let signatures = parse(&victim.bytes).signatures;
    let head = &victim.bytes[..victim.manifest];
    let tail = package::encode_tail(&encoded, 0, &signatures, head.len() as u64);
    victim.assert_refused(&[head, &tail].concat(), &["signature-invalid"], "edited");
    // A frame replaced and its table entry put right: the table's digest is signed.
    let mut bytes = victim.bytes.clone();
    let content = parse(&bytes).manifest.slots[0].content;
    let table = victim.stub..victim.stub + content.table_size() as usize;
    let last = victim.manifest - 1;
    bytes[last] ^= 1;
    let frames =
        psp_format::frame::Table::parse(&victim.bytes[table.clone()], &content, psp_format::Region::Slot(0))
            .unwrap();
    let frame = frames.data().last().unwrap();
    let start = victim.stub + frame.offset as usize;
    let digest = Digest::of(&bytes[start..start + frame.stored_size as usize]);
    bytes[table.end - 32..table.end].copy_from_slice(&digest.0);
    victim.assert_refused(&bytes, &["table-digest"], "frame and table replaced");
    // And the content record put right as well: then it is the manifest that is no longer signed.
    let mut manifest = parse(&victim.bytes).manifest;
    manifest.slots[0].content.table = Digest::labelled(psp_format::digest::Label::FrameTable, &bytes[table]);
    let tail = package::encode_tail(&manifest.encode(), 0, &signatures, head.len() as u64);
    victim.assert_refused(
        &[&bytes[..victim.manifest], &tail].concat(),
        &["signature-invalid"],
        "record replaced",
    );
}

#[test]
fn zeroed_keys_and_signatures_are_refused() {
    let victim = victim();
    let zero = |range: std::ops::Range<usize>| {
        let mut bytes = victim.bytes.clone();
        bytes[victim.signatures + range.start..victim.signatures + range.end].fill(0);
        bytes
    };
    victim.assert_refused(&zero(48..112), &["signature-invalid"], "signature");
    victim.assert_refused(&zero(0..32), &["key-invalid"], "key");
    victim.assert_refused(&zero(0..112), &["key-invalid"], "both");
    // The primary key itself zeroed, which a lax verifier accepts for one message in eight.
    let mut manifest = parse(&victim.bytes).manifest;
    manifest.identity.primary = Key([0; 32]);
    let signature = Signature { key: Key([0; 32]), purpose: Purpose::NONE, bytes: [0; 64] };
    let head = &victim.bytes[..victim.manifest];
    let tail = package::encode_tail(&manifest.encode(), 0, &[signature], head.len() as u64);
    victim.assert_refused(&[head, &tail].concat(), &["key-invalid"], "a zero key's zero signature");
}

#[test]
fn signed_by_another_key() {
    let victim = victim();
    let (_, stranger) = signer(9);
    // The publisher's key still named: the stranger cannot sign for it.
    victim.assert_refused(&victim.resigned(|_| (), &[9]), &["primary-missing"], "primary kept");
    // The stranger's own package: valid, and a matter of policy.
    let own = victim.resigned(|manifest| manifest.identity.primary = stranger, &[9]);
    let path = victim.write(&own);
    assert_eq!(started(&run(&mut victim.world.command(&path))), b"hello\n");
    let publisher = parse(&victim.bytes).manifest.identity.primary;
    let policies: &[(&str, &str)] = &[
        ("require trusted 1", "untrusted"),
        ("require trusted 1\nkey PUBLISHER the publisher", "untrusted"),
        ("require-keys hello 1 PUBLISHER", "untrusted"),
        ("require-keys h* 1 PUBLISHER", "untrusted"),
        ("revoke STRANGER stolen", "key-revoked"),
        ("minimum-version hello 1.2.4", "version-too-old"),
        ("minimum-sequence hello 1", "sequence-too-old"),
        ("require everything", "trust-invalid"),
    ];
    for (policy, code) in policies {
        let policy = policy
            .replace("PUBLISHER", publisher.hex().as_str())
            .replace("STRANGER", stranger.hex().as_str());
        victim.world.write("home/.config/psp/trust", format!("psp-trust 1\n{policy}\n"));
        refused(&run(&mut victim.world.command(&path)), code);
    }
    let trust = victim.world.path("home/.config/psp/trust");
    fs::write(&trust, "psp-trust 1\n").unwrap();
    fs::set_permissions(&trust, fs::Permissions::from_mode(0o666)).unwrap();
    refused(&run(&mut victim.world.command(&path)), "trust-unsafe");
    fs::set_permissions(&trust, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(started(&run(&mut victim.world.command(&path))), b"hello\n");
}

#[test]
fn a_user_cannot_loosen_the_administrators_policy() {
    if lacking("root", is_root()) {
        return;
    }
    let victim = victim();
    let publisher = parse(&victim.bytes).manifest.identity.primary;
    let path = victim.write(&victim.bytes);
    let user = format!("psp-trust 1\nkey {} mine\nrequire any\n", publisher.hex().as_str());
    victim.world.write("home/.config/psp/trust", &user);
    victim.world.write("etc-trust", "psp-trust 1\nrequire trusted 1\n");
    let script = "mkdir -p /etc/psp; mount -t tmpfs -o mode=755 none /etc/psp; cp etc-trust /etc/psp/trust; chmod 644 /etc/psp/trust; exec \"$0\"";
    let start = |variables: &[(&str, &str)]| {
        let mut command = victim.world.command("unshare");
        command.args(["-m", "sh", "-e", "-c", script]).arg(&path).envs(variables.iter().copied());
        run(&mut command)
    };
    refused(&start(&[]), "untrusted");
    refused(&start(&[("XDG_CONFIG_HOME", "/nonexistent")]), "untrusted");
    refused(&start(&[("PSP_VERIFY", ""), ("PSP_TRUST", "any"), ("PSP_CONFIG_DIR", "/tmp")]), "untrusted");
    victim.world.write("etc-trust", user);
    assert_eq!(started(&start(&[])), b"hello\n");
}

#[test]
fn raised_privileges_are_refused() {
    if lacking("root", is_root()) {
        return;
    }
    let victim = victim();
    let path = victim.write(&victim.bytes);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o4755)).unwrap();
    let mut command = victim.world.command("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&path).env("HOME", "/nonexistent");
    refused(&run(&mut command), "raised-privileges");
}

#[test]
fn another_machines_package_is_refused() {
    let victim = victim();
    let (_, key) = signer(9);
    let foreign = victim.resigned(
        |manifest| {
            manifest.identity.primary = key;
            manifest.identity.target = "aarch64-linux";
        },
        &[9],
    );
    let path = victim.write(&foreign);
    let line = refused(&run(&mut victim.world.command(&path)), "wrong-target");
    assert!(line.contains("aarch64-linux") && line.contains("x86_64-linux"), "{line}");
}

/// A whole package with this one slot, signed by a key that is nobody's.
fn with_slot(victim: &Victim, index: &[u8], entries: u32, data: &[u8]) -> Vec<u8> {
    use psp_format::frame::{Frame, encode_table};
    let frame = |bytes: &[u8]| {
        let size = bytes.len() as u32;
        Frame { offset: 0, stored_size: size, size, digest: Digest::of(bytes) }
    };
    let (table, digest) = encode_table(&[frame(index), frame(data)]);
    let stored = [&table[..], index, data].concat();
    let (_, key) = signer(9);
    let mut manifest = parse(&victim.bytes).manifest;
    manifest.identity.primary = key;
    let content = &mut manifest.slots[0].content;
    content.entry_count = entries;
    (content.index_frames, content.data_frames) = (1, 1);
    (content.index_size, content.data_size) = (index.len() as u64, data.len() as u64);
    (content.stored_size, content.table) = (stored.len() as u64, digest);
    victim.signed(&manifest.encode(), &[9], &[&victim.bytes[..victim.stub], &stored].concat())
}

fn entry(kind: u8, path: &[u8], rest: &[u8]) -> Vec<u8> {
    [&[kind][..], &(path.len() as u16).to_le_bytes(), path, rest].concat()
}

fn file(kind: u8, path: &[u8], content: &[u8]) -> Vec<u8> {
    entry(kind, path, &[&(content.len() as u64).to_le_bytes()[..], &Digest::of(content).0].concat())
}

fn link(path: &[u8], target: &[u8]) -> Vec<u8> {
    entry(3, path, &[&(target.len() as u16).to_le_bytes()[..], target].concat())
}

#[test]
fn trees_that_lead_out_of_their_slot_write_nothing_anywhere() {
    let victim = victim();
    let data = b"evil";
    let outside = victim.world.path("outside");
    fs::create_dir(&outside).unwrap();
    let absolute = outside.join("file");
    let absolute = absolute.to_string_lossy();
    let cases: Vec<(&str, Vec<Vec<u8>>)> = vec![
        ("path", vec![file(2, b"../outside/file", data)]),
        ("path", vec![file(2, b"a/../../outside/file", data)]),
        ("path", vec![file(2, absolute.as_bytes(), data)]),
        ("parent", vec![link(b"a", b"."), file(2, b"a/file", data)]),
        ("symlink", vec![link(b"a", b"../../../../outside"), file(2, b"a/file", data)]),
        ("symlink", vec![link(b"a", absolute.as_bytes()), file(2, b"b", data)]),
        ("symlink", vec![link(b"d", b"."), link(b"l", b"d/../x"), file(2, b"m", data)]),
        ("hardlink", vec![entry(4, b"a", &7u32.to_le_bytes()), file(2, b"b", data)]),
        ("value", vec![entry(5, b"a-device", &[]), file(2, b"b", data)]),
        ("value", vec![entry(0x84, b"a-fifo", &[]), file(2, b"b", data)]),
        ("index-order", vec![file(2, b"b", data), entry(0, b"a", &[])]),
        ("index-order", vec![entry(0, b"b", &[]), file(2, b"b", data)]),
    ];
    for (code, entries) in cases {
        let package = with_slot(&victim, &entries.concat(), entries.len() as u32, data);
        victim.assert_refused(&package, &[code], code);
        assert_eq!(listing(&outside), Vec::<PathBuf>::new());
        assert!(!Path::new("/tmp/file").exists());
    }
}

#[test]
fn a_bomb_is_refused_at_its_declared_size() {
    let victim = victim();
    // 100 MB of zeros in a few bytes, declared as 64 KiB.
    let zeros = vec![0; 100_000_000];
    let mut bomb = vec![0; 100_000];
    let length = zstd_safe::compress(&mut bomb[..], &zeros, 19).unwrap();
    bomb.truncate(length);
    let index = file(2, b"bin", &[0; 65_536]);
    let mut manifest = parse(&victim.bytes).manifest;
    let frames = [
        psp_format::frame::Frame {
            offset: 0,
            stored_size: index.len() as u32,
            size: index.len() as u32,
            digest: Digest::of(&index),
        },
        psp_format::frame::Frame {
            offset: 0,
            stored_size: length as u32,
            size: 65_536,
            digest: Digest::of(&bomb),
        },
    ];
    let (table, digest) = psp_format::frame::encode_table(&frames);
    let stored = [&table[..], &index, &bomb].concat();
    let (_, key) = signer(9);
    manifest.identity.primary = key;
    let content = &mut manifest.slots[0].content;
    (content.entry_count, content.index_frames, content.data_frames) = (1, 1, 1);
    (content.index_size, content.data_size) = (index.len() as u64, 65_536);
    (content.stored_size, content.table) = (stored.len() as u64, digest);
    let package = victim.signed(&manifest.encode(), &[9], &[&victim.bytes[..victim.stub], &stored].concat());
    victim.assert_refused(&package, &["frame-decode"], "bomb");
}

#[test]
fn an_old_signature_does_not_fit_a_new_package() {
    let victim = victim();
    // The publisher's genuine signature of another version, beside a manifest that claims to be newer.
    let newer = parse(&victim.bytes).manifest;
    let mut newer = newer;
    newer.identity.sequence = 99;
    let signatures = parse(&victim.bytes).signatures;
    let head = &victim.bytes[..victim.manifest];
    let tail = package::encode_tail(&newer.encode(), 0, &signatures, head.len() as u64);
    victim.assert_refused(&[head, &tail].concat(), &["signature-invalid"], "replayed");
}

#[test]
fn an_unknown_critical_section_is_refused_and_an_ignorable_one_ignored() {
    let victim = victim();
    let (_, key) = signer(9);
    let with_section = |flags: u16| {
        let mut manifest = parse(&victim.bytes).manifest;
        manifest.identity.primary = key;
        manifest.unknown.clear();
        let mut bytes = manifest.encode();
        let count = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) + 1;
        bytes[12..16].copy_from_slice(&count.to_le_bytes());
        bytes.extend_from_slice(&[0x34, 0x12]);
        bytes.extend_from_slice(&flags.to_le_bytes());
        bytes.extend_from_slice(&[3, 0, 0, 0, 1, 2, 3]);
        victim.signed(&bytes, &[9], &victim.bytes[..victim.manifest])
    };
    victim.assert_refused(&with_section(1), &["unknown-section"], "critical");
    let path = victim.write(&with_section(0));
    assert_eq!(started(&run(&mut victim.world.command(&path))), b"hello\n");
}
