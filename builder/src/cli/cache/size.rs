//! Sizes as people write them: `500MB`, `2GiB`, `1.5G`.

/// Bytes of a size. `k`, `M`, `G`, `T` count by 1000, with or without `B`; `KiB`, `MiB`, `GiB`, `TiB` by 1024.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let bad = || format!("`{text}` is no size; write for example 500MB or 2GiB");
    let split =
        text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().map_err(|_| bad())?;
    let unit = unit.trim().to_ascii_lowercase();
    let factor: u64 = match unit.as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "t" | "tb" => 1_000_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        _ => return Err(bad()),
    };
    let bytes = number * factor as f64;
    // Beyond that a float does not count single bytes, and no disk is that large.
    if bytes < (1u64 << 53) as f64 { Ok(bytes as u64) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("0", 0),
            ("1234", 1_234),
            ("500MB", 500_000_000),
            ("500 mb", 500_000_000),
            ("1.5G", 1_500_000_000),
            ("2GiB", 2 << 30),
            ("1k", 1_000),
        ] {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
        for text in ["", "MB", "-1", "1.2.3", "5X", "1e9", "99999999T", "inf", "NaN"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
