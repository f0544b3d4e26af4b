//! `foundry_env_variables`: what Terraform tells each process of a provider anew is not of the environment.

use tf_testkit::{Step, known};

use crate::support::case;

#[test]
fn the_whole_environment_is_the_same_at_each_start() {
    // The test kit has a log of each command.
    let config = "data \"foundry_env_variables\" \"all\" {}\n\
                  output \"all\" {\n  value = { for name, value in data.foundry_env_variables.all.all_environment : name => value if name != \"TF_LOG_PATH\" }\n  sensitive = true\n}\n\
                  output \"one\" {\n  value = data.foundry_env_variables.all.values[\"SEEN_BY_ALL\"]\n}\n";
    case()
        .env("SEEN_BY_ALL", "yes")
        .step(Step::config(config).expect_output("one", known::string("yes")))
        .step(Step::again().expect_empty_plan())
        .run();
}
