//! The blocks of docs/OWN_SERVICE.md are pieces of the example that other tests run.

const PAGE: &str = include_str!("../docs/OWN_SERVICE.md");
const FILES: [&str; 4] = [
    include_str!("../examples/kv/service.rs"),
    include_str!("../examples/kv/store.rs"),
    include_str!("../examples/kv_host.rs"),
    include_str!("../examples/kv_plugin.rs"),
];

/// The blocks of Rust in a page.
fn blocks(page: &str) -> Vec<&str> {
    let begun = page.split("```rust\n").skip(1);
    begun.filter_map(|block| block.split_once("```")).map(|(block, _)| block).collect()
}

#[test]
fn every_block_is_in_a_file_of_the_example() {
    let blocks = blocks(PAGE);
    assert_eq!(blocks.len(), 6, "a block was added or lost");
    for block in blocks {
        assert!(FILES.iter().any(|file| file.contains(block)), "no file of the example has:\n{block}");
    }
}
