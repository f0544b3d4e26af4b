//! Debug sections and symbol tables removed from an ELF file. What the loader maps stays byte for byte; so do the headers of the
//! mapped sections (profilers and debuggers read them).

use super::image::{PatchError, SECTION_BYTES, Section, check_header, index, put, sections, segments, word};

const SHF_ALLOC: u64 = 2;
const SHT_NOBITS: u64 = 8;
const SHT_STRTAB: u64 = 3;

/// The file without its unmapped sections. `None`: nothing to gain, or a layout (sections moved by other tools) in which they
/// cannot be cut off at the end.
pub fn strip(bytes: &[u8]) -> Result<Option<Vec<u8>>, PatchError> {
    check_header(bytes)?;
    let sections = sections(bytes)?;
    let Some(kept) = mapped_prefix(&sections) else { return Ok(None) };
    let Some(end) = mapped_end(bytes, kept)? else { return Ok(None) };
    let is_behind =
        |section: &Section| section.offset >= end as u64 || section.kind == SHT_NOBITS || section.size == 0;
    if !sections[kept.len()..].iter().all(is_behind) {
        return Ok(None);
    }
    let stripped = rebuild(bytes, &sections, kept.len(), end)?;
    Ok((stripped.len() < bytes.len()).then_some(stripped))
}

/// The null section and all mapped ones, if these come first: then no index into the table changes.
fn mapped_prefix(sections: &[Section]) -> Option<&[Section]> {
    let is_mapped = |section: &Section| section.flags & SHF_ALLOC != 0;
    let count = sections.iter().skip(1).take_while(|section| is_mapped(section)).count() + 1;
    let (kept, dropped) = sections.split_at_checked(count)?;
    (count > 1 && !dropped.iter().any(is_mapped)).then_some(kept)
}

/// Where the mapped part of the file ends.
fn mapped_end(bytes: &[u8], kept: &[Section]) -> Result<Option<usize>, PatchError> {
    let headers = word::<8>(bytes, 32)?.checked_add(word::<2>(bytes, 54)? * word::<2>(bytes, 56)?);
    let from_segments =
        segments(bytes)?.into_iter().map(|segment| segment.offset.checked_add(segment.file_size));
    let from_sections = kept.iter().filter(|section| section.kind != SHT_NOBITS);
    let ends = from_segments
        .chain(from_sections.map(|section| section.offset.checked_add(section.size)))
        .chain([headers]);
    let end = ends.collect::<Option<Vec<u64>>>().and_then(|ends| ends.into_iter().max());
    let end = end.ok_or(PatchError::Damaged { reason: "a segment leads outside the file" })?;
    Ok(Some(index(end)?).filter(|end| *end <= bytes.len()))
}

fn rebuild(bytes: &[u8], all: &[Section], kept: usize, end: usize) -> Result<Vec<u8>, PatchError> {
    let names =
        all.get(index(word::<2>(bytes, 62)?)?).ok_or(PatchError::Damaged { reason: "section names" })?;
    let mut out = bytes[..end].to_vec();
    out.resize(out.len().next_multiple_of(8), 0);
    let strings_at = out.len();
    let mut table = Vec::with_capacity((kept + 1) * SECTION_BYTES);
    let mut strings = vec![0u8];
    for section in &all[..kept] {
        let name = section_name(bytes, names, section)?;
        let at = table.len();
        table.extend_from_slice(&bytes[section.header..section.header + SECTION_BYTES]);
        let place = if name.is_empty() { 0 } else { strings.len() as u64 };
        put::<4>(&mut table, at, place)?;
        if section.link >= kept as u64 {
            put::<4>(&mut table, at + 40, 0)?;
        }
        if !name.is_empty() {
            strings.extend_from_slice(name);
            strings.push(0);
        }
    }
    let own_name = strings.len() as u64;
    strings.extend_from_slice(b".shstrtab\0");
    let at = table.len();
    table.resize(at + SECTION_BYTES, 0);
    put::<4>(&mut table, at, own_name)?;
    put::<4>(&mut table, at + 4, SHT_STRTAB)?;
    put::<8>(&mut table, at + 24, strings_at as u64)?;
    put::<8>(&mut table, at + 32, strings.len() as u64)?;
    put::<8>(&mut table, at + 48, 1)?;
    out.extend_from_slice(&strings);
    out.resize(out.len().next_multiple_of(8), 0);
    let table_at = out.len() as u64;
    out.extend_from_slice(&table);
    put::<8>(&mut out, 40, table_at)?;
    put::<2>(&mut out, 60, kept as u64 + 1)?;
    put::<2>(&mut out, 62, kept as u64)?;
    Ok(out)
}

fn section_name<'b>(bytes: &'b [u8], names: &Section, section: &Section) -> Result<&'b [u8], PatchError> {
    let damaged = PatchError::Damaged { reason: "section names lead outside the file" };
    let (start, size) = (index(names.offset)?, index(names.size)?);
    let table = start.checked_add(size).and_then(|end| bytes.get(start..end)).ok_or(damaged.clone())?;
    let name = table.get(index(section.name)?..).ok_or(damaged.clone())?;
    let length = name.iter().position(|byte| *byte == 0).ok_or(damaged)?;
    Ok(&name[..length])
}
