//! Permissions as `local_directory` has them: `0o755`.

use tf_sdk::types::CustomType;

/// The bits that can be set: permissions, and what setuid, setgid and sticky are to directories.
const MODE_MAX: u32 = 0o7777;

/// Octal digits after `0o`. Two texts are the same if their bits are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Permissions {
    text: String,
    mode: u32,
}

impl Permissions {
    /// Of what the system says.
    pub(super) fn of_mode(mode: u32) -> Self {
        let mode = mode & MODE_MAX;
        Self { text: format!("0o{mode:03o}"), mode }
    }

    /// The bits.
    pub(super) fn mode(&self) -> u32 {
        self.mode
    }
}

impl CustomType for Permissions {
    type Wire = String;

    fn from_wire(text: String) -> Result<Self, String> {
        let digits = text.strip_prefix("0o").filter(|digits| !digits.is_empty());
        let mode = digits
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| u32::from_str_radix(digits, 8).ok())
            .filter(|mode| *mode <= MODE_MAX);
        match mode {
            Some(mode) => Ok(Self { text, mode }),
            None => Err(format!("{text:?} is no octal number with 0o in front, such as 0o755")),
        }
    }

    fn to_wire(&self) -> String {
        self.text.clone()
    }

    fn is_same(&self, other: &Self) -> bool {
        self.mode == other.mode
    }
}

tf_sdk::custom_type!(Permissions);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (text, mode) in
            [("0o755", 0o755), ("0o0755", 0o755), ("0o2775", 0o2775), ("0o0", 0), ("0o00000007", 7)]
        {
            assert_eq!(Permissions::from_wire(text.into()).unwrap().mode(), mode, "{text}");
        }
        for text in [
            "",
            "0o",
            "755",
            "0755",
            "0O755",
            "0o758",
            "0o+75",
            "0o 755",
            "0o10000",
            "0o77777777777777",
            "rwxr-xr-x",
        ] {
            let error = Permissions::from_wire(text.into()).unwrap_err();
            assert!(error.contains("0o755"), "{text}: {error}");
        }
    }

    #[test]
    fn the_same_bits_are_the_same() {
        let [short, long] = ["0o755", "0o0755"].map(|text| Permissions::from_wire(text.into()).unwrap());
        assert!(short.is_same(&long) && short != long);
        assert_eq!(Permissions::of_mode(0o40755).to_wire(), "0o755");
        assert_eq!(Permissions::of_mode(0o7).to_wire(), "0o007");
    }
}
