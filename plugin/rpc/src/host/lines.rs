//! Lines of a stream of bytes, none longer than [`LIMIT`]: a longer one comes in pieces. Must never hold more than one piece.

/// The longest piece, in bytes: where go-plugin's hosts cut too.
pub(super) const LIMIT: usize = 64 * 1024;

/// What has come of a line that has not ended yet.
#[derive(Debug, Default)]
pub(super) struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// Takes bytes, and gives each line that ends in them, without its line break.
    pub(super) fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8])) {
        while !bytes.is_empty() {
            let end = bytes.iter().position(|&byte| byte == b'\n');
            let room = LIMIT - self.rest.len();
            let taken = end.unwrap_or(bytes.len()).min(room);
            self.rest.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if bytes.first() == Some(&b'\n') {
                bytes = &bytes[1..];
                each(self.rest.strip_suffix(b"\r").unwrap_or(&self.rest));
                self.rest.clear();
            } else if self.rest.len() == LIMIT {
                each(&self.rest);
                self.rest.clear();
            }
        }
    }

    /// Gives what came after the last line break, if anything.
    pub(super) fn finish(self, mut each: impl FnMut(&[u8])) {
        if !self.rest.is_empty() {
            each(&self.rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(chunks: &[&[u8]], expected: &[&[u8]]) {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        for chunk in chunks {
            lines.push(chunk, |line| found.push(line.to_vec()));
        }
        lines.finish(|line| found.push(line.to_vec()));
        assert_eq!(found, expected, "{chunks:?}");
    }

    #[test]
    fn lines_however_they_come() {
        check(&[], &[]);
        check(&[b"a\nb\n"], &[b"a", b"b"]);
        check(&[b"a", b"b\r\n", b"c"], &[b"ab", b"c"]);
        check(&[b"\n\n"], &[b"", b""]);
    }

    #[test]
    fn long_lines_come_in_pieces() {
        let exact = vec![b'x'; LIMIT];
        check(&[&exact, b"\n"], &[&exact, b""]);
        let mut ended = exact.clone();
        ended.push(b'\n');
        check(&[&ended], &[&exact]);
        let long = vec![b'x'; 2 * LIMIT + 3];
        check(&[&long, b"\n"], &[&exact, &exact, b"xxx"]);
    }
}
