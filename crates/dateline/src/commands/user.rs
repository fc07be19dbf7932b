//! `dateline user`: who may log in to the console.

use std::io::{BufRead as _, IsTerminal as _};

use clap::{Args, Subcommand};
use data_encoding::BASE32_NOPAD;

use super::config_file::ConfigFile;
use super::print_text;
use crate::config::Settings;
use crate::config::users::{self, MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARS, Role};
use crate::failure::Failure;

/// Say who may log in to the console: add, remove, list.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a user, or give one another password or role. The password is made here and printed once. A running daemon knows at once.
    Add(AddArguments),
    /// Take a user out; whoever is logged in under that name is no more.
    Remove(NamedUser),
    /// List users and their roles.
    List(ConfigFile),
}

/// Whom to add.
#[derive(Debug, Args)]
pub struct AddArguments {
    /// The name to log in with.
    #[arg(value_name = "NAME", value_parser = name)]
    name: String,
    /// What they may do.
    #[arg(long, value_enum, default_value = "read")]
    role: Role,
    /// Read the password from standard input, rather than make one.
    #[arg(long)]
    password_stdin: bool,
    /// The configuration that names the users file.
    #[command(flatten)]
    config: ConfigFile,
}

/// Whom to take out.
#[derive(Debug, Args)]
pub struct NamedUser {
    /// The name.
    #[arg(value_name = "NAME")]
    name: String,
    /// The configuration that names the users file.
    #[command(flatten)]
    config: ConfigFile,
}

fn name(text: &str) -> Result<String, &'static str> {
    const MAX_NAME_CHARS: usize = 40;
    let fits = !text.is_empty()
        && text.chars().count() <= MAX_NAME_CHARS
        && text.chars().all(|character| character.is_alphanumeric() || "._-@+".contains(character));
    if fits { Ok(text.to_owned()) } else { Err("a name has up to 40 letters, digits and ._-@+") }
}

/// Runs the command.
///
/// # Errors
/// If the configuration or the users file cannot be read or written, or the password is too short.
pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Add(arguments) => add(arguments),
        Command::Remove(NamedUser { name, config }) => {
            let file = Settings::load(&config.path)?.console.users;
            match users::remove(&file, name)? {
                true => print_text(&format!("{name} may not log in any more\n")),
                false => Err(Failure::Other(format!("there is no user {name} in {}", file.display()))),
            }
        }
        Command::List(config) => {
            let listed = users::read(&Settings::load(&config.path)?.console.users)?;
            let lines = listed.iter().map(|user| format!("{}\t{}\n", user.name, user.role.word()));
            print_text(&lines.collect::<String>())
        }
    }
}

fn add(arguments: &AddArguments) -> Result<(), Failure> {
    let AddArguments { name, role, password_stdin, config } = arguments;
    let file = Settings::load(&config.path)?.console.users;
    let (password, is_made) = match password_stdin {
        true => (given_password()?, false),
        // 120 bits, in letters and digits that are not taken for one another.
        false => (BASE32_NOPAD.encode(&rand::random::<[u8; 15]>()).to_lowercase(), true),
    };
    let hash = users::hash(&password)
        .map_err(|error| Failure::Other(format!("the password cannot be hashed: {error}")))?;
    users::write(&file, name, *role, &hash)?;
    let told = if is_made { format!("password: {password}\n") } else { String::new() };
    print_text(&format!("{name} may log in ({}), by {}\n{told}", role.word(), file.display()))
}

fn given_password() -> Result<String, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!("The password, which is seen as you type:");
    }
    let mut line = String::new();
    input.lock().read_line(&mut line).map_err(Failure::io("standard input"))?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    match password.chars().count() >= MIN_PASSWORD_CHARS && password.len() <= MAX_PASSWORD_BYTES {
        true => Ok(password),
        false => Err(Failure::Other(format!(
            "a password has {MIN_PASSWORD_CHARS} characters or more, and {MAX_PASSWORD_BYTES} bytes at most"
        ))),
    }
}
