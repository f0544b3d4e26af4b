//! Paths in a scanned tree, links followed as the system would.

use crate::source::{Node, Tree};

/// How many links a path may lead through, as on Linux.
const MAX_LINKS: usize = 40;

/// The place of the entry that `path` leads to; `None` for the tree's own directory.
///
/// # Errors
/// The path, as far as it was followed, at which nothing is.
pub(crate) fn resolve(tree: &Tree, path: &[u8]) -> Result<Option<usize>, Vec<u8>> {
    let mut here: Vec<Vec<u8>> = Vec::new();
    let mut rest: Vec<Vec<u8>> = components(path);
    let (mut at, mut links) = (None, 0);
    while let Some(component) = rest.pop() {
        if component == b".." {
            here.pop();
            at = tree.find(&here.join(&b'/'));
            continue;
        }
        here.push(component);
        let whole = here.join(&b'/');
        let found = tree.find(&whole).ok_or_else(|| whole.clone())?;
        at = Some(found);
        match &tree.entries[found].node {
            Node::Symlink { .. } if links == MAX_LINKS => return Err(whole),
            Node::Symlink { target } => {
                links += 1;
                here.pop();
                at = tree.find(&here.join(&b'/'));
                rest.extend(components(target));
            }
            Node::Hardlink { entry } => at = Some(*entry as usize),
            Node::File { .. } if !rest.is_empty() => return Err([whole.as_slice(), b"/"].concat()),
            Node::File { .. } | Node::Directory => {}
        }
    }
    Ok(at)
}

/// The components, last first; none for `.`.
fn components(path: &[u8]) -> Vec<Vec<u8>> {
    let parts = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && *part != b".");
    parts.rev().map(<[u8]>::to_vec).collect()
}
