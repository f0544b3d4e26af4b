//! The schema that Terraform prints is the reference's, byte for byte.

use serde_json::Value as Json;
use tf_testkit::terraform::ProviderSource;

use crate::remote::ADDRESS;
use crate::world::World;

/// What `terraform providers schema -json` prints for the same provider written with terraform-plugin-framework.
const REFERENCE: &str = include_str!("../schema.json");

#[test]
fn terraform_prints_the_references_schema() {
    let Some(world) = World::new() else { return };
    world.configure("");
    let printed = world.workspace.provider_schemas().unwrap();
    let reference: Json = serde_json::from_str(REFERENCE).unwrap();
    // Objects of serde_json are sorted by key.
    let [printed, reference] =
        [printed, reference].map(|schema| serde_json::to_string_pretty(&schema).unwrap());
    let differing = printed.lines().zip(reference.lines()).find(|(ours, theirs)| ours != theirs);
    assert_eq!(differing, None);
    assert_eq!(printed, reference);
}

#[test]
fn a_mirror_is_as_good_as_an_override() {
    let source = ProviderSource::mirror(ADDRESS, "0.1.0", crate::remote::BINARY).unwrap();
    let remote = crate::remote::Remote::new();
    tf_testkit::TestCase::new(source)
        .env("ACC_ROOT", remote.path())
        .step(tf_testkit::Step::config("resource \"acc_item\" \"a\" { name = \"mirrored\" }").expect_value(
            "acc_item.a",
            "id",
            "item-mirrored",
        ))
        .run();
}
