//! What an edit computes again, seen from the log of the database, and what a workspace of
//! several files says.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use journey_base::FileId;

use super::{Stop, Workspace};
use crate::Config;
use crate::index::Definition;

const SCHEMA: &str = r#"
customer {
  email: text?
  orders: int = 0
  visits: int = 0
}
event bought { total: number }
let limit = 3
destination out log { action note(v: text) }
"#;

const JOURNEYS: &str = r#"
journey first {
  entry event bought as order where order.total > limit
  branch { when customer.orders > 3 { send out.note(v: "many") } }
  exit done
}
journey second {
  entry event bought
  branch { when customer.visits > 3 { send out.note(v: "often") } }
  exit done
}
audience regulars = customer.orders > limit
journey third { entry audience regulars exit done }
"#;

const SCHEMA_FILE: FileId = FileId(0);
const JOURNEYS_FILE: FileId = FileId(1);

/// A workspace with a log of the queries that ran.
struct Watched {
    workspace: Workspace,
    log: Arc<Mutex<Vec<String>>>,
}

impl Watched {
    /// Opens a file and checks everything once.
    fn new(open: FileId) -> Watched {
        let log = Arc::new(Mutex::new(Vec::new()));
        let seen = log.clone();
        let watch = move |event: salsa::Event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                seen.lock().unwrap().push(format!("{database_key:?}"));
            }
        };
        let files = [("journeys.journey", JOURNEYS), ("schema.journey", SCHEMA)];
        let mut files: Vec<(String, String)> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        files.reverse();
        let mut workspace = Workspace::watched(Config::default(), files, Some(Box::new(watch)));
        workspace.open(open);
        let watched = Watched { workspace, log };
        assert_eq!(watched.run("check_"), 8, "everything is checked the first time");
        watched
    }

    /// Checks everything again; how many queries whose name begins so ran since the last time.
    fn run(&self, name: &str) -> usize {
        assert_eq!(self.workspace.diagnostics(), []);
        let ran = std::mem::take(&mut *self.log.lock().unwrap());
        ran.iter().filter(|query| query.starts_with(name)).count()
    }

    fn edit(&mut self, file: FileId, from: &str, to: &str) {
        let text = self.workspace.text(file).unwrap();
        assert!(text.contains(from), "{from} is there to be replaced");
        self.workspace.set_text(file, text.replacen(from, to, 1));
    }
}

#[test]
fn an_edit_in_one_journey_checks_no_other_again() {
    let mut watched = Watched::new(JOURNEYS_FILE);
    watched.edit(JOURNEYS_FILE, "\"many\"", "\"very many\"");
    assert_eq!(watched.run("check_"), 1);
    watched.edit(JOURNEYS_FILE, "\"very many\"", "\"many\"");
    assert_eq!(watched.run("check_journey"), 1);
}

#[test]
fn a_blank_line_above_checks_no_body_again() {
    let mut watched = Watched::new(JOURNEYS_FILE);
    watched.edit(JOURNEYS_FILE, "\njourney first", "\n\n// a remark\n\njourney first");
    assert_eq!(watched.run("check_"), 0);
    let mut watched = Watched::new(SCHEMA_FILE);
    watched.edit(SCHEMA_FILE, "\ncustomer", "\n\n\ncustomer");
    assert_eq!(watched.run("check_"), 0);
}

#[test]
fn a_traits_type_checks_only_what_reads_that_trait() {
    let mut watched = Watched::new(SCHEMA_FILE);
    watched.edit(SCHEMA_FILE, "visits: int = 0", "visits: number = 0");
    assert_eq!(watched.run("check_journey"), 1, "only the one that reads it");
    assert_eq!(watched.run("check_"), 0);
    watched.edit(SCHEMA_FILE, "orders: int = 0", "orders: number = 0");
    assert_eq!(watched.workspace.diagnostics(), []);
    let log = watched.log.lock().unwrap();
    let ran = |name: &str| log.iter().filter(|query| query.starts_with(name)).count();
    assert_eq!((ran("check_journey"), ran("check_audience"), ran("check_event")), (1, 1, 0));
}

#[test]
fn another_default_changes_no_body() {
    let mut watched = Watched::new(SCHEMA_FILE);
    watched.edit(SCHEMA_FILE, "visits: int = 0", "visits: int = 7");
    assert_eq!(watched.run("check_journey"), 0);
    watched.edit(SCHEMA_FILE, "let limit = 3", "let limit = 4");
    assert_eq!(watched.run("check_journey"), 1, "only the one that reads it");
}

#[test]
fn a_keystroke_in_one_file_parses_no_other() {
    let mut watched = Watched::new(JOURNEYS_FILE);
    watched.edit(JOURNEYS_FILE, "\"many\"", "\"so many\"");
    assert_eq!(watched.run("parse("), 1);
    watched.edit(JOURNEYS_FILE, "\"so many\"", "\"far too many\"");
    assert_eq!(watched.workspace.diagnostics_of(JOURNEYS_FILE), []);
    let log = watched.log.lock().unwrap();
    assert!(!log.iter().any(|query| query.starts_with("closed_table")), "{log:?}");
}

#[test]
fn the_order_of_files_and_declarations_changes_nothing() {
    let build = |files: [(&str, &str); 2]| {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let workspace = Workspace::new(Config::default(), files.collect());
        workspace.checked().unwrap()
    };
    let schema = ("schema.journey", SCHEMA);
    let journeys = ("journeys.journey", JOURNEYS);
    let (one, other) = (build([schema, journeys]), build([journeys, schema]));
    assert_eq!(one, other);
    assert_eq!(
        one.journeys.iter().map(|it| &*it.name).collect::<Vec<_>>(),
        ["first", "second", "third"]
    );
}

#[test]
fn a_mistake_shows_where_the_name_is_declared_in_another_file() {
    let mut watched = Watched::new(JOURNEYS_FILE);
    watched.edit(JOURNEYS_FILE, "v: \"many\"", "v: 3");
    let found = watched.workspace.diagnostics();
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(finding.primary.file, JOURNEYS_FILE);
    let [declared] = finding.secondary.as_slice() else { panic!("{finding:?}") };
    assert_eq!(declared.file, SCHEMA_FILE);
    assert_eq!(declared.range.of(SCHEMA), "v");
    assert!(watched.workspace.checked().is_none());
}

#[test]
fn an_audience_comes_after_those_it_reads() {
    let text = "customer { x: int = 0 }\n\
        audience a = customer in b and customer in c\n\
        audience b = customer in c\n\
        audience c = customer.x > 1\n\
        journey j { entry audience a exit done }";
    let files = vec![("a.journey".to_owned(), text.to_owned())];
    let checked = Workspace::new(Config::default(), files).checked().unwrap();
    let names: Vec<&str> = checked.audiences.iter().map(|audience| &*audience.name).collect();
    assert_eq!(names, ["c", "b", "a"]);
}

#[test]
fn a_file_that_is_closed_again_keeps_its_text_and_is_not_looked_at_after_a_keystroke() {
    let mut watched = Watched::new(SCHEMA_FILE);
    watched.edit(SCHEMA_FILE, "visits: int = 0", "visits: int = 7");
    watched.workspace.close(SCHEMA_FILE);
    assert!(!watched.workspace.is_open(SCHEMA_FILE));
    assert!(watched.workspace.text(SCHEMA_FILE).unwrap().contains("visits: int = 7"));
    watched.run("");
    watched.edit(JOURNEYS_FILE, "\"many\"", "\"very many\"");
    watched.run("");
    watched.edit(JOURNEYS_FILE, "\"very many\"", "\"far too many\"");
    assert_eq!(watched.workspace.diagnostics_of(JOURNEYS_FILE), []);
    let log = watched.log.lock().unwrap();
    assert!(!log.iter().any(|query| query.starts_with("closed_table")), "{log:?}");
}

#[test]
fn what_is_said_of_an_untouched_file_is_remembered_as_one_thing() {
    let mut watched = Watched::new(JOURNEYS_FILE);
    let before = watched.workspace.findings_of(SCHEMA_FILE);
    watched.edit(JOURNEYS_FILE, "\"many\"", "\"very many\"");
    assert!(Arc::ptr_eq(&before, &watched.workspace.findings_of(SCHEMA_FILE)));
}

#[test]
fn files_come_and_go_and_the_ids_of_the_others_stay() {
    let mut watched = Watched::new(JOURNEYS_FILE);
    let workspace = &mut watched.workspace;
    let more = "event left {}\njourney last { entry event left exit done }";
    let added = workspace.add("more.journey", more);
    assert_eq!((added, workspace.path(added)), (FileId(2), Some("more.journey")));
    assert_eq!(workspace.diagnostics(), []);

    workspace.remove(SCHEMA_FILE);
    assert_eq!((workspace.path(SCHEMA_FILE), workspace.text(SCHEMA_FILE)), (None, None));
    assert_eq!(workspace.files().collect::<Vec<_>>(), [JOURNEYS_FILE, added]);
    let lost = workspace.diagnostics();
    assert!(lost.iter().any(|it| it.message.contains("there is no event `bought`")), "{lost:?}");
    assert!(lost.iter().all(|it| it.primary.file == JOURNEYS_FILE), "{lost:?}");
    // Nobody can write to what is gone.
    workspace.set_text(SCHEMA_FILE, SCHEMA);
    assert_eq!(workspace.text(SCHEMA_FILE), None);

    // Another file does not get the id; the same one does.
    assert_eq!(workspace.add("schema2.journey", ""), FileId(3));
    assert_eq!(workspace.add("schema.journey", SCHEMA), SCHEMA_FILE);
    assert_eq!(workspace.diagnostics(), []);
}

#[test]
fn an_open_file_can_go_and_a_closed_one_can_be_rewritten() {
    let mut watched = Watched::new(JOURNEYS_FILE);
    watched.workspace.remove(JOURNEYS_FILE);
    let left = watched.workspace.diagnostics();
    assert!(left.iter().all(|it| it.message.contains("never used")), "{left:?}");
    watched.workspace.add("journeys.journey", JOURNEYS);
    assert_eq!(watched.workspace.diagnostics(), []);
    let text = SCHEMA.replace("visits: int = 0", "visits: int");
    assert_eq!(watched.workspace.add("schema.journey", text), SCHEMA_FILE);
    assert!(!watched.workspace.is_open(SCHEMA_FILE));
    let found = watched.workspace.diagnostics();
    assert!(found.iter().any(|it| it.message.contains("visits")), "{found:?}");
}

#[test]
fn the_first_of_two_declarations_is_that_in_the_first_file_whenever_it_came() {
    let declares = |name: &str| {
        format!("event {name} {{}}\njourney j_{name} {{ entry event {name} exit done }}")
    };
    let files = vec![("m/b.journey".to_owned(), declares("twice"))];
    let mut workspace = Workspace::new(Config::default(), files);
    let first = workspace.add("m.journey", "event twice {}");
    let earlier = workspace.add("a/z.journey", "event twice {}");
    let again: Vec<FileId> = workspace.diagnostics().iter().map(|it| it.primary.file).collect();
    assert!(
        again.contains(&FileId(0)) && again.contains(&first) && !again.contains(&earlier),
        "{again:?}"
    );
    workspace.open(earlier);
    let opened: Vec<FileId> = workspace.diagnostics().iter().map(|it| it.primary.file).collect();
    assert_eq!(again, opened);
}

#[test]
fn a_read_of_a_snapshot_ends_when_the_workspace_changes() {
    let mut watched = Watched::new(JOURNEYS_FILE);
    let snapshot = watched.workspace.clone();
    let (begun, wait) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        super::unless_superseded(|| {
            begun.send(()).unwrap();
            loop {
                snapshot.findings_of(SCHEMA_FILE);
            }
        })
    });
    wait.recv().unwrap();
    watched.edit(JOURNEYS_FILE, "\"many\"", "\"very many\"");
    let read: Result<(), super::Superseded> = reader.join().unwrap();
    assert_eq!(read, Err(super::Superseded));
}

/// How often a query whose name begins so ran in a read of 40 files that was stopped when it ran
/// the third time.
fn ran_until_stopped(query: &'static str, read: impl FnOnce(&Workspace)) -> usize {
    let (stop, ran) = (Stop::default(), Arc::new(AtomicUsize::new(0)));
    let (stops, counts) = (stop.clone(), ran.clone());
    let watch = move |event: salsa::Event| {
        let salsa::EventKind::WillExecute { database_key } = event.kind else { return };
        if format!("{database_key:?}").starts_with(query)
            && counts.fetch_add(1, Ordering::Relaxed) == 2
        {
            stops.stop();
        }
    };
    let file = |n: u32| {
        let text = format!("event e{n} {{ e0: text }}\njourney j{n} {{ entry event e0 exit e0 }}");
        (format!("{n:02}.journey"), text)
    };
    let files = (0..40).map(file).collect();
    let mut workspace = Workspace::watched(Config::default(), files, Some(Box::new(watch)));
    workspace.stop_with(stop);
    assert_eq!(super::unless_superseded(|| read(&workspace)), Err(super::Superseded));
    ran.load(Ordering::Relaxed)
}

#[test]
fn a_read_that_is_stopped_goes_on_to_no_further_file() {
    let names = |it: &Workspace| assert_eq!(it.declarations().count(), 0, "it ends before");
    assert_eq!(ran_until_stopped("parse(", names), 3);
    let findings = |it: &Workspace| it.files().for_each(|file| drop(it.findings_of(file)));
    assert_eq!(ran_until_stopped("file_report(", findings), 3);
    // Where all cores read, each may be in the middle of a file.
    let most = 3 + rayon::current_num_threads();
    let e0 = Definition::Name(crate::NameKind::Event, "e0".into());
    let uses = |it: &Workspace| drop(it.references(&e0, SCHEMA_FILE));
    assert!(ran_until_stopped("parse(", uses) <= most);
    assert!(ran_until_stopped("parse(", Workspace::check_all) <= most);
}
