//! The number of a group, of a name or a number.

use std::fs;
use std::io;

/// The group's number: `group` itself if it is one, else what `/etc/group` says.
pub(super) fn id(group: &str) -> io::Result<u32> {
    if let Ok(id) = group.parse() {
        return Ok(id);
    }
    find(&fs::read_to_string("/etc/group")?, group)
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such group"))
}

/// Lines are `name:password:number:members`.
fn find(table: &str, name: &str) -> Option<u32> {
    table.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? == name { fields.nth(1)?.parse().ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_up_whole() {
        let table = "root:x:0:\n# note\n\nbroken:x\nhuge:x:4294967296:\ndaemon:x:1:a,b\n";
        let cases = [
            ("root", Some(0)),
            ("daemon", Some(1)),
            ("daemo", None),
            ("x", None),
            ("", None),
            ("broken", None),
            ("huge", None),
        ];
        for (name, expected) in cases {
            assert_eq!(find(table, name), expected, "{name}");
        }
    }

    #[test]
    fn a_number_is_itself() {
        assert_eq!(id("12345").ok(), Some(12345));
        assert!(id("no-such-group-anywhere").is_err());
    }
}
