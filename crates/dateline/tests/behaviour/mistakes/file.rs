//! Mistakes in the files that settings name, in the journal and its folder, and in the files for events.

use std::fs;
use std::process::Command;

use super::{refused, small_site};
use crate::site::{Site, terminate, text};

#[test]
fn a_journal_that_a_run_cannot_use_is_refused_by_check_in_the_same_words() {
    let made = || {
        let site = Site::new("", "");
        drop(dateline_journal::Journal::open(site.journal(), Default::default()).unwrap());
        site
    };
    let newer = made();
    rusqlite::Connection::open(newer.journal()).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let emptied = made();
    fs::write(emptied.journal(), "").unwrap();
    let garbage = made();
    fs::write(garbage.journal(), "this was a journal once, and is none any more. ".repeat(50)).unwrap();
    let gone = made();
    fs::rename(gone.journal(), gone.folder.path().join("data/journal.db-wal")).unwrap();
    for (site, says) in [
        (newer, "schema version 999"),
        (emptied, "is empty, so what it held is lost"),
        (garbage, "is no journal (it is no SQLite database)"),
        (gone, "is gone, and its write-ahead log is still there"),
    ] {
        let words = ["check", "run"].map(|command| {
            let output = site.run(&[command]);
            assert_eq!(output.status.code(), Some(65), "{command}: {}", text(&output.stderr));
            text(&output.stderr)
        });
        assert_eq!(words[0], words[1]);
        assert!(
            words[0].contains(says) && words[0].contains("dateline restore") || says.contains("999"),
            "{}",
            words[0]
        );
    }
}

/// Has `check` and `run` say something as a user who owns nothing; `None` where the tests may not become one.
#[cfg(unix)]
fn told_to_nobody(site: &Site) -> Option<[(Option<i32>, String); 2]> {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;

    const NOBODY: u32 = 65_534;
    site.copy_of_shipped("subjects/russia-dprk");
    fs::write(site.config(), "subject = \"subjects/russia-dprk\"\n").unwrap();
    fs::set_permissions(site.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let told = ["check", "run"].map(|command| {
        let output = site.command(&[command]).uid(NOBODY).gid(NOBODY).output().ok()?;
        Some((output.status.code(), text(&output.stderr)))
    });
    let [Some(checked), Some(run)] = told else {
        eprintln!("skipped: the tests may not run the program as another user");
        return None;
    };
    Some([checked, run])
}

#[cfg(unix)]
#[test]
fn a_folder_and_a_journal_of_another_user_are_refused_with_who_it_is_and_what_to_do() {
    use std::os::unix::fs::PermissionsExt as _;

    let site = Site::new("", "");
    fs::create_dir(site.folder.path().join("data")).unwrap();
    let Some(folder) = told_to_nobody(&site) else { return };
    for (code, told) in &folder {
        assert_eq!(*code, Some(78), "{told}");
        assert!(told.contains("in which the user who runs Dateline (now user 65534) can write; "), "{told}");
    }
    assert_eq!(folder[0].1, folder[1].1);

    let site = Site::new("", "");
    drop(dateline_journal::Journal::open(site.journal(), Default::default()).unwrap());
    for (path, mode) in [(site.journal(), 0o644), (site.folder.path().join("data"), 0o777)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    for (code, told) in &told_to_nobody(&site).unwrap() {
        assert_eq!(*code, Some(65), "{told}");
        assert!(
            told.contains("Permission denied") && told.contains("to the user who runs Dateline (chown)"),
            "{told}"
        );
    }
}

#[test]
fn users_that_the_console_refuses_are_refused_with_their_line() {
    let site = Site::new("", "");
    fs::write(
        site.folder.path().join("users.toml"),
        "[[user]]\nname = \"anna\"\nrole = \"admin\"\npassword = \"hush\"\n",
    )
    .unwrap();
    let told = refused(&site, &[]);
    assert!(told.contains("users.toml:3: this is no role"), "{told}");
}

#[test]
fn what_is_wrong_with_other_files_is_told_at_once_with_the_mistakes_of_the_settings() {
    let site = Site::new(
        "[logs]\nlevel = \"verbose\"\n[fetch]\ntimout = \"5s\"\n",
        "[[feed]]\nurl = \"news.example\"\n[[feed]]\nurl = \"https://news.example/\"\ninterval = \"0s\"\n",
    );
    fs::write(site.folder.path().join("sites.toml"), "[[site]]\nhost = \"news.example\"\nbody = \"div[\"\n")
        .unwrap();
    let told = refused(&site, &[]);
    let places =
        ["dateline.toml:3: ", "dateline.toml:5: ", "feeds.toml:2: ", "feeds.toml:5: ", "sites.toml:3: "];
    assert_eq!(told.lines().count(), places.len(), "{told}");
    for (line, place) in told.lines().zip(places) {
        assert!(line.contains(place), "{place}: {line}");
    }
    // A line that is broken hides nothing of the others' files.
    site.change("feeds = \"feeds.toml\"\n[logs\nlevel = \"info\"\n");
    let told = refused(&site, &[]);
    assert!(told.contains("dateline.toml:3: ") && told.contains("feeds.toml:5: "), "{told}");
}

#[test]
fn a_subject_that_is_missing_is_told_by_the_setting_that_names_it() {
    let site = Site::new("", "");
    fs::write(site.config(), "\nsubject = \"missing\"\n").unwrap();
    let told = refused(&site, &[]);
    assert!(
        told.contains("dateline.toml:2: `subject` names ") && told.contains("/missing: No such file"),
        "{told}"
    );
    assert_eq!(told.lines().count(), 1, "{told}");
}

#[test]
fn a_pipe_is_no_file_for_events() {
    let site = Site::new("[[file]]\nname = \"a\"\npath = \"pipe\"\n", "");
    assert!(Command::new("mkfifo").arg(site.folder.path().join("pipe")).status().unwrap().success());
    let told = refused(&site, &[]);
    assert!(
        told.contains(
            "dateline.toml:4: `path` is \"pipe\"; expected the path of a file, and this is a named pipe"
        ),
        "{told}"
    );
}

#[test]
fn no_feeds_and_none_enabled_are_refused() {
    for feeds in ["", "[[feed]]\nurl = \"https://news.example/rss\"\nenabled = false\n"] {
        let site = Site::new("", "");
        fs::write(site.folder.path().join("feeds.toml"), feeds).unwrap();
        let told = refused(&site, &[]);
        assert!(
            told.contains("feeds.toml: no feed is configured and enabled; expected at least one"),
            "{told}"
        );
    }
}

#[test]
fn an_unknown_group_of_words_is_refused_with_its_line() {
    let site = Site::new("", "");
    let subject = site.copy_of_shipped("subjects/russia-dprk");
    let words = fs::read_to_string(subject.join("words.tsv")).unwrap();
    fs::write(subject.join("words.tsv"), words.replacen("\nsummit\t", "\nsummitt\t", 1)).unwrap();
    fs::write(site.config(), "subject = \"subjects/russia-dprk\"\n").unwrap();
    let told = refused(&site, &[]);
    assert!(told.contains("words.tsv:") && told.contains("`summitt`"), "{told}");
}

#[test]
fn every_mistake_in_subject_agencies_and_story_tables_is_told_at_once_with_its_line() {
    let site = Site::new("", "");
    let change = |file: std::path::PathBuf, from: &str, to: &str| {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(file, text.replacen(from, to, 1)).unwrap();
    };
    let subject = site.copy_of_shipped("subjects/russia-dprk");
    change(subject.join("subject.toml"), "threshold = ", "threshold = 7 # ");
    change(subject.join("words.tsv"), "\nsummit\t", "\nsummitt\t");
    let stories = site.copy_of_shipped("stories");
    fs::write(stories.join("numerals.tsv"), "kind\tvalue\twords\nnumber\tmany\tmany\nsome\t3\tsome\n")
        .unwrap();
    fs::remove_file(stories.join("words.tsv")).unwrap();
    let agencies = "name\tkind\tdomains\tnames\nHarbour Wire\twire\t\tHarbour Wire\n\tagency\t\tTide Press\n";
    fs::write(site.folder.path().join("agencies.tsv"), agencies).unwrap();
    fs::write(site.config(), "subject = \"subjects/russia-dprk\"\n").unwrap();
    let told = refused(&site, &[]);
    let expected = [
        "words.tsv:",
        "subject.toml:",
        "signs.tsv:",
        "agencies.tsv:2: `wire` is no kind; write agency, press or picture",
        "agencies.tsv:3: the row has no name; write in the first cell",
        "words.tsv: the file is missing",
        "numerals.tsv:2: the second cell is no number; ",
        "numerals.tsv:3: `some` is no kind; write `number`, `times`, `hundred` or `counted`",
    ];
    for line in expected {
        assert!(told.contains(line), "{line} is missing in\n{told}");
    }
    assert_eq!(told.lines().count(), expected.len(), "{told}");
}

#[test]
fn events_are_not_written_over_what_the_daemon_has_for_itself() {
    let site = Site::new("", "");
    let folder = site.folder.path();
    drop(dateline_journal::Journal::open(site.journal(), Default::default()).unwrap());
    fs::write(folder.join("data/daemon.json"), "{}").unwrap();
    fs::write(folder.join("proxy"), "{me:hush").unwrap();
    fs::create_dir(folder.join("secrets")).unwrap();
    fs::write(folder.join("secrets/hook"), "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    fs::write(folder.join("secrets/feed"), "me:hush").unwrap();
    let feed =
        "[[feed]]\nurl = \"https://news.example/rss\"\nauth = { basic = { file = \"secrets/feed\" } }\n";
    fs::write(folder.join("feeds.toml"), feed).unwrap();
    std::os::unix::fs::symlink("feeds.toml", folder.join("link")).unwrap();
    std::os::unix::fs::symlink("data/journal.db-shm", folder.join("link_to_nothing")).unwrap();
    fs::hard_link(folder.join("data/daemon.json"), folder.join("other_name")).unwrap();
    let own = [
        "data/journal.db",
        "data/journal.db-wal",
        "data/journal.db.replaced",
        "data/journal.search.db",
        "data/journal.compared.cache",
        "data/daemon.json",
        "data/../feeds.toml",
        "new/../feeds.toml",
        "feeds.toml",
        "dateline.toml",
        "users.toml",
        "proxy",
        "stories/words.tsv",
        "secrets/hook",
        "secrets/feed",
        "link",
        "link_to_nothing",
        "other_name",
    ];
    let tables = own
        .iter()
        .enumerate()
        .map(|(number, path)| format!("[[file]]\nname = \"{number}\"\npath = {path:?}\n"));
    let note = fs::read(folder.join("data/daemon.json")).unwrap();
    let alone = "[[file]]\nname = \"alone\"\npath = \"data/events.ndjson\"\n\
                 [[webhook]]\nname = \"hook\"\nurl = \"https://desk.example/hook\"\nsecret = { file = \"secrets/hook\" }\n";
    let settings =
        format!("[fetch]\nproxy_credentials_file = \"proxy\"\nproxy = \"http://127.0.0.1:9\"\n{alone}");
    site.change(&(settings + &tables.collect::<String>()));
    let told = refused(&site, &[]);
    for (number, path) in own.iter().enumerate() {
        let line = 14 + 3 * number;
        let expected = format!("dateline.toml:{line}: `path` is {path:?}, which the daemon has for itself");
        assert!(told.contains(&expected), "{expected} is missing in\n{told}");
    }
    assert_eq!(told.lines().count(), own.len(), "{told}");
    assert_eq!(fs::read(folder.join("data/daemon.json")).unwrap(), note);
}

#[test]
fn a_missing_folder_of_story_tables_is_a_mistake_where_it_is_named_and_told_where_it_is_not() {
    let site = Site::new("", "");
    let told = |checked: &std::process::Output| String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(told(&site.run(&["check"])).contains("stories   told by the tables in"));
    fs::remove_dir_all(site.folder.path().join("stories")).unwrap();
    // As where the configuration is of a version without stories.
    let checked = site.run(&["check"]);
    assert!(told(&checked).contains("stories   none: there is no folder"), "{}", told(&checked));
    let (mut child, _) = site.daemon(&[]);
    assert!(terminate(&mut child, std::time::Duration::from_secs(60)).success());
    assert!(site.log().contains("no stories are told"), "{}", site.log());

    site.change("story_tables = \"stories\"\n");
    let checked = site.run(&["check"]);
    let told = String::from_utf8(checked.stderr).unwrap();
    assert!(!checked.status.success(), "{told}");
    for word in ["dateline.toml:2: `story_tables` names ", "stories: No such file", "enabled = false"] {
        assert!(told.contains(word), "{word}: {told}");
    }
    site.change("[stories]\nenabled = false\n");
    let checked = site.run(&["check"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn a_token_that_is_none_is_told_where_its_file_is_named() {
    let site = small_site("[api]\ntoken_file = \"token\"\n");
    fs::write(site.folder.path().join("token"), "short\n").unwrap();
    let told = refused(&site, &[]);
    assert!(told.contains("dateline.toml:3: `token_file` in [api] names "), "{told}");
    assert!(
        told.contains("this is no token for the API; use 16 or more") && !told.contains("short"),
        "{told}"
    );
}

#[test]
fn a_journal_that_is_gone_is_begun_anew_and_that_is_said() {
    let site = small_site("");
    let checked = |site: &Site| text(&site.run(&["check"]).stdout);
    assert!(checked(&site).contains("(none yet; the first run makes it)"));
    let (mut child, _) = site.daemon(&[]);
    assert!(terminate(&mut child, std::time::Duration::from_secs(60)).success());
    assert!(!site.log().contains("is gone"), "{}", site.log());
    fs::remove_file(site.journal()).unwrap();
    assert!(checked(&site).contains("(gone since the daemon that started at 2"), "{}", checked(&site));
    let (mut child, _) = site.daemon(&[]);
    assert!(terminate(&mut child, std::time::Duration::from_secs(60)).success());
    assert!(site.log().contains("is gone: another is begun"), "{}", site.log());
}
