//! The users file: who may log in to the console. `dateline user` writes it.

use std::io::Write as _;
use std::ops::Range;
use std::path::Path;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use clap::ValueEnum;
use dateline_wire::Secret;
use serde::Deserialize;
use toml::de::DeTable;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use super::document;
use super::error::ConfigError;
use super::table::FileReader;

/// The fewest characters of a password that somebody chose.
pub const MIN_PASSWORD_CHARS: usize = 12;
/// The most bytes of a password: more is no password, and takes time.
pub const MAX_PASSWORD_BYTES: usize = 1_000;

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// See everything.
    Read,
    /// Change feeds, too.
    Operate,
}

impl Role {
    /// The role in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Operate => "operate",
        }
    }
}

/// Somebody who may log in.
#[derive(Debug, Clone)]
pub struct User {
    /// The name to log in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The password's Argon2 hash, as a PHC string.
    pub password: Secret,
}

impl User {
    /// Whether this is the password. Takes some 20 ms and 19 MiB, which is the point of it.
    pub fn has_password(&self, password: &str) -> bool {
        is_hash_of(self.password.reveal(), password)
    }
}

/// Spends as much on a password as [`User::has_password`] does, so that the time doesn't tell which names there are.
pub fn waste_time(password: &str) {
    const OF_NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGF0IGFsbCE$Yzk4bU8wTDVxZnNqYmR4bUZ0c2J2dDJxbmZ5cGxqZ0E";
    is_hash_of(OF_NOBODY, password);
}

fn is_hash_of(hash: &str, password: &str) -> bool {
    password.len() <= MAX_PASSWORD_BYTES
        && PasswordHash::new(hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// The hash of a password, with salt and cost in it (Argon2id; 19 MiB, twice, as OWASP's sheet on storing passwords has it).
///
/// # Errors
/// If the system gives no randomness.
pub fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

/// The users in `file`; none where there is no such file.
///
/// # Errors
/// If the file cannot be read, and everything in it that keeps somebody from logging in: the line and the remedy.
pub fn read(file: &Path) -> Result<Vec<User>, Vec<ConfigError>> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let text = document::read(file).map_err(|error| vec![error])?;
    // A message about a value would show it, and here that may be a hash.
    const REMEDY: &str = "each is a [[user]] with name, role and password, as `dateline user add` writes it";
    let root = DeTable::parse(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| document::line_of(&text, &span));
        vec![ConfigError::at_line(file, line, "this is no user").with_remedy(REMEDY)]
    })?;
    let mut reader = FileReader::new(file, &text);
    let mut users: Vec<User> = Vec::new();
    for (name, value) in root.get_ref() {
        match name.get_ref().as_ref() {
            "user" => {
                for (span, table) in reader.tables("user", value) {
                    match user(table) {
                        Err((at, why)) => reader.wrong(&at.unwrap_or(span), why, REMEDY),
                        Ok(user) if users.iter().any(|other| other.name == user.name) => {
                            let remedy = "remove one of the two; `dateline user add` replaces a user";
                            reader.wrong(&span, format!("another user is called {:?}", user.name), remedy);
                        }
                        Ok(user) => users.push(user),
                    }
                }
            }
            other => reader.unknown(&name.span(), other, &["user"]),
        }
    }
    match reader.into_errors() {
        errors if errors.is_empty() => Ok(users),
        errors => Err(errors),
    }
}

/// The user that a table tells of; otherwise where it is wrong first, if not as a whole, and why.
fn user(table: &DeTable<'_>) -> Result<User, (Option<Range<usize>>, &'static str)> {
    let (mut name, mut role, mut password) = (None, None, None);
    let mut wrong = Vec::new();
    for (key, value) in table {
        let text = value.get_ref().as_str();
        match key.get_ref().as_ref() {
            "name" => {
                name = text.filter(|text| !text.trim().is_empty() && !text.contains(char::is_control));
                wrong.extend(name.is_none().then(|| (value.span(), "this is no name of a user")));
            }
            "role" => {
                role = [Role::Read, Role::Operate].into_iter().find(|role| text == Some(role.word()));
                wrong.extend(
                    role.is_none().then(|| (value.span(), "this is no role: read or operate is one")),
                );
            }
            "password" => {
                password = text.filter(|text| PasswordHash::new(text).is_ok());
                let why = "this is no hash of a password (not shown)";
                wrong.extend(password.is_none().then(|| (value.span(), why)));
            }
            _ => wrong.push((key.span(), "a user has no such setting")),
        }
    }
    if let Some((at, why)) = wrong.into_iter().min_by_key(|(at, _)| at.start) {
        return Err((Some(at), why));
    }
    match (name, role, password) {
        (Some(name), Some(role), Some(hash)) => {
            Ok(User { name: name.to_owned(), role, password: Secret::new(hash) })
        }
        _ => Err((None, "a user without name, role or password")),
    }
}

/// Writes a user into `file`, or anew if there is one of that name.
///
/// # Errors
/// If the file cannot be read or written.
pub fn write(file: &Path, name: &str, role: Role, hash: &str) -> Result<(), Vec<ConfigError>> {
    let mut user = Table::new();
    user["name"] = toml_edit::value(name);
    user["role"] = toml_edit::value(role.word());
    user["password"] = toml_edit::value(hash);
    edit(file, |users| {
        users.retain(|user| !is_called(user, name));
        users.push(user);
    })
}

/// Takes a user out of `file`. Whether there was one of that name.
///
/// # Errors
/// If the file cannot be read or written.
pub fn remove(file: &Path, name: &str) -> Result<bool, Vec<ConfigError>> {
    let mut found = false;
    edit(file, |users| {
        let before = users.len();
        users.retain(|user| !is_called(user, name));
        found = users.len() < before;
    })?;
    Ok(found)
}

fn is_called(user: &Table, name: &str) -> bool {
    user.get("name").and_then(Item::as_str) == Some(name)
}

fn edit(file: &Path, change: impl FnOnce(&mut ArrayOfTables)) -> Result<(), Vec<ConfigError>> {
    read(file)?;
    let unreadable = |error: ConfigError| vec![error];
    let text = if file.exists() { document::read(file).map_err(unreadable)? } else { String::new() };
    let wrong = |what: String| vec![ConfigError::in_file(file, what)];
    let mut document: DocumentMut =
        text.parse().map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let users = document.entry("user").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let users =
        users.as_array_of_tables_mut().ok_or_else(|| wrong("`user` is no list of tables".to_owned()))?;
    change(users);
    let unwritable = |error: &dyn std::fmt::Display| wrong(format!("cannot be written: {error}"));
    let folder = file.parent().ok_or_else(|| wrong("is no file".to_owned()))?;
    // A new file is for its owner alone; one that is there stays readable for whom it was.
    let permissions = std::fs::metadata(file).map(|known| known.permissions()).ok();
    let mut draft = tempfile::NamedTempFile::new_in(folder).map_err(|error| unwritable(&error))?;
    draft
        .write_all(document.to_string().as_bytes())
        .and_then(|()| draft.as_file().sync_all())
        .and_then(|()| permissions.map_or(Ok(()), |permissions| draft.as_file().set_permissions(permissions)))
        .map_err(|error| unwritable(&error))?;
    draft.persist(file).map_err(|error| unwritable(&error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_written_read_replaced_and_removed_and_the_rest_of_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("users.toml");
        assert!(read(&file).unwrap().is_empty());
        std::fs::write(&file, "# the night shift\n").unwrap();
        write(&file, "anna", Role::Read, &hash("a password that is long").unwrap()).unwrap();
        write(&file, "boris", Role::Operate, &hash("a third that is long").unwrap()).unwrap();
        write(&file, "anna", Role::Operate, &hash("another that is long").unwrap()).unwrap();
        let users = read(&file).unwrap();
        let anna = users.iter().find(|user| user.name == "anna").unwrap();
        assert_eq!((users.len(), anna.role), (2, Role::Operate));
        assert!(anna.has_password("another that is long"));
        assert!(!anna.has_password("a password that is long"));
        assert!(remove(&file, "boris").unwrap() && !remove(&file, "boris").unwrap());
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("# the night shift") && !text.contains("another"), "{text}");
    }

    #[test]
    fn an_error_in_the_file_names_its_line_and_shows_no_hash() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("users.toml");
        let hash = hash("a password that is long").unwrap();
        let anna = format!("[[user]]\nname = \"anna\"\nrole = \"read\"\npassword = \"{hash}\"\n");
        for (text, line, says) in [
            ("[[user]]\nname = \"anna\"\nrole = \"$argon2id$secret\"\npassword = \"x\"\n", 3, "no role"),
            ("[[user]]\nname = \"anna\"\nrole = \"read\"\npassword = \"secret\"\n", 4, "no hash"),
            ("[[user]]\nname = \" \"\n", 2, "no name"),
            ("[[user]]\nname = \"anna\"\nrole = \"read\"\n", 1, "without name, role or password"),
            ("[[user]]\nnmae = \"secret\"\n", 2, "no such setting"),
            ("[[user]]\nname = \"secret\n", 2, "this is no user"),
            ("[[users]]\n", 1, "did you mean `user`?"),
            (&format!("{anna}{anna}"), 5, "another user is called \"anna\""),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = read(&file).unwrap_err()[0].to_string();
            assert!(
                error.contains(&format!("users.toml:{line}: ")) && error.contains(says),
                "{text}: {error}"
            );
            assert!(!error.contains("secret") && !error.contains(&hash), "{error}");
        }
    }

    #[test]
    fn what_is_no_hash_fits_no_password() {
        let user = User { name: "x".into(), role: Role::Read, password: Secret::new("") };
        assert!(!user.has_password("") && !user.has_password("x"));
        waste_time("x");
    }
}
