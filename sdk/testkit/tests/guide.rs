//! The examples of docs/TESTING.md, run: a small provider, and its tests in both lanes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tf_sdk::prelude::*;
use tf_sdk::{plan_modifier, validator};
use tf_testkit::terraform::Action;
use tf_testkit::{Canary, Config, Expected, LocalProvider, ServedProvider, Stage, Step, TestCase, known};

/// Books, by their ids.
type Books = Mutex<BTreeMap<String, Book>>;

/// What the remote side would be. Terraform configures a provider anew for each command, so it does not belong to the client.
#[derive(Default)]
struct Shelf {
    books: Arc<Books>,
}

impl Provider for Shelf {
    type Config = Empty;
    type Client = Arc<Books>;
    type Meta = Empty;
    const NAME: &'static str = "shelf";
    const VERSION: &'static str = "1.0.0";

    fn components(&self, components: &mut Components<Self>) {
        components.resource(BookResource);
    }

    async fn configure(&self, _: &mut Configure, _: Empty) -> Result<Arc<Books>> {
        Ok(self.books.clone())
    }
}

/// A book.
#[derive(Clone, Model)]
struct Book {
    #[attr(computed, plan = plan_modifier::use_state_for_unknown())]
    id: Tf<String>,
    #[attr(required, plan = plan_modifier::requires_replace())]
    title: String,
    #[attr(optional, computed, default = 1)]
    copies: i64,
    #[attr(optional, validate = validator::string::one_of(["red", "green"]))]
    color: Option<String>,
    #[attr(optional, sensitive)]
    note: Option<String>,
}

struct BookResource;

fn lock(books: &Books) -> std::sync::MutexGuard<'_, BTreeMap<String, Book>> {
    books.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Resource for BookResource {
    type Provider = Shelf;
    type Model = Book;
    const NAME: &'static str = "book";

    async fn create(&self, cx: &mut Create<Self>, planned: Book) -> Result<Book> {
        if planned.title == "forbidden" {
            return Err(Diagnostic::error("Title is forbidden", "This book is not for us.").into());
        }
        if planned.copies > 100 {
            cx.warn("Many copies", "The shelf will bend.");
        }
        let id = format!("book-{}", planned.title);
        let book = Book { id: id.clone().into(), ..planned };
        lock(cx.client()).insert(id, book.clone());
        Ok(book)
    }

    async fn read(&self, cx: &mut Read<Self>, state: Book) -> Result<Option<Book>> {
        let id = state.id.known().cloned().unwrap_or_default();
        Ok(lock(cx.client()).get(&id).cloned())
    }

    async fn update(&self, cx: &mut Update<Self>, _: Book, planned: Book) -> Result<Book> {
        let id = planned.id.known().cloned().unwrap_or_default();
        lock(cx.client()).insert(id, planned.clone());
        Ok(planned)
    }

    async fn delete(&self, cx: &mut Delete<Self>, state: Book) -> Result<()> {
        let id = state.id.known().cloned().unwrap_or_default();
        lock(cx.client()).remove(&id);
        Ok(())
    }

    async fn import(&self, cx: &mut Import<Self>, id: &str) -> Result<Option<Book>> {
        Ok(lock(cx.client()).get(id).cloned())
    }
}

#[tokio::test]
async fn a_book_in_the_process() {
    let provider = LocalProvider::new(Shelf::default()).configure(json!({})).await.unwrap();
    let mut book = provider.resource("shelf_book");

    let created = book.apply(json!({ "title": "emma" })).await.unwrap();
    created.expect_action(Action::Create).expect_value("id", "book-emma").expect_value("copies", 1);
    created.planned.expect_unknown("id");

    book.plan(json!({ "title": "emma" })).await.unwrap().expect_action(Action::NoOp);
    book.apply(json!({ "title": "emma", "copies": 2 })).await.unwrap().expect_action(Action::Update);
    book.verify_import("book-emma", &[]).await.unwrap();

    let replaced = book.apply(json!({ "title": "persuasion" })).await.unwrap();
    replaced.planned.expect_action(Action::Replace).expect_replaced_by("title");
    book.destroy().await.unwrap();
}

#[tokio::test]
async fn errors_and_unknown_values_in_the_process() {
    let provider = LocalProvider::new(Shelf::default()).configure(json!({})).await.unwrap();
    let mut book = provider.resource("shelf_book");

    let failure = book.apply(json!({ "title": "emma", "color": "blue" })).await.unwrap_err();
    assert_eq!(failure.stage, Stage::Validate);
    failure.expect(Expected::summary("Invalid Attribute Value Match").at_attribute("color"));

    let config = Config::from(json!({ "title": "emma" })).unknown("color");
    book.plan(config).await.unwrap().expect_unknown("color");

    book.apply(json!({ "title": "forbidden" })).await.unwrap_err().expect("not for us");
    book.apply(json!({ "title": "emma", "copies": 101 })).await.unwrap().expect_warning("Many copies");
}

#[tokio::test]
async fn a_secret_in_the_process() {
    let provider = LocalProvider::new(Shelf::default())
        .canary(Canary::new("correct-horse").allowed_in_state("note"))
        .configure(json!({}))
        .await
        .unwrap();
    let mut book = provider.resource("shelf_book");
    book.apply(json!({ "title": "emma", "note": "correct-horse" })).await.unwrap();
    let failure = book.apply(json!({ "title": "correct-horse" })).await.unwrap_err();
    assert_eq!(failure.stage, Stage::Canary);
}

#[test]
fn a_book_with_terraform() {
    let served = ServedProvider::start("local/test/shelf", Shelf::default()).unwrap();
    TestCase::new(&served)
        .canary(Canary::new("correct-horse").allowed_in_state("note"))
        .step(
            Step::config(r#"resource "shelf_book" "a" { title = "emma" }"#)
                .expect_action("shelf_book.a", Action::Create)
                .expect_unknown_value("shelf_book.a", "id")
                .expect_value("shelf_book.a", "copies", 1)
                .expect_value("shelf_book.a", "id", known::string_regex("^book-")),
        )
        .step(
            Step::config(
                r#"
                variable "note" {
                  sensitive = true
                }
                resource "shelf_book" "a" {
                  title = "emma"
                  note  = var.note
                }
                "#,
            )
            .variable("note", "correct-horse")
            .expect_action("shelf_book.a", Action::Update)
            .expect_sensitive("shelf_book.a", "note"),
        )
        .step(Step::import("shelf_book.a"))
        .step(
            Step::config("resource \"shelf_book\" \"a\" {\n  title = \"emma\"\n  color = \"blue\"\n}")
                .expect_error(
                    Expected::summary("Invalid Attribute Value Match")
                        .at("shelf_book.a")
                        .at_attribute("color"),
                ),
        )
        .step(
            Step::config(r#"resource "shelf_book" "a" { title = "persuasion" }"#)
                .expect_action("shelf_book.a", Action::Replace)
                .expect_replaced_by("shelf_book.a", "title"),
        )
        .run();
}

/// Every block of the guide is a part of this file.
#[test]
fn the_guide_shows_what_runs() {
    let guide = include_str!("../docs/TESTING.md");
    let here: Vec<&str> = include_str!("guide.rs").lines().map(str::trim).collect();
    let blocks: Vec<&str> =
        guide.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 5, "the guide has examples");
    for block in blocks {
        let lines: Vec<&str> = block.trim().lines().map(str::trim).collect();
        assert!(here.windows(lines.len()).any(|window| window == lines), "not in this file:\n{block}");
    }
}
