//! Trust files: whatever parses can be asked, and a user's file never loosens the administrator's.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psp_format::Key;
use psp_format::manifest::Identity;
use psp_format::trust::{Policy, Trust};

fuzz_target!(|data: &[u8]| {
    // Two files, divided by the first NUL, which neither may hold.
    let mut files = data.splitn(2, |byte| *byte == 0);
    let administrator = files.next().and_then(|file| Trust::parse(file).ok());
    let user = files.next().and_then(|file| Trust::parse(file).ok());
    let Some(administrator) = administrator else { return };
    let keys: Vec<Key> = administrator.keys().map(|(key, _)| key).collect();
    let primary = keys.first().copied().unwrap_or(Key([1; 32]));
    let identity = Identity {
        name: "hello",
        version: "1.2.3",
        target: "x86_64-linux",
        channel: "",
        sequence: 5,
        primary,
    };
    let strict = Policy { administrator: administrator.clone(), user: Trust::default() };
    let both = Policy { administrator, user: user.unwrap_or_default() };
    for count in 0..=keys.len() {
        let refused = strict.check(&identity, &keys[..count]).is_err();
        assert!(!refused || both.check(&identity, &keys[..count]).is_err());
    }
});
