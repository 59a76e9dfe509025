//! The lab's network namespaces, and commands in them.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::program::Stop;

/// All namespaces of the lab begin so, and nothing else on the machine does: what begins so is taken away.
const PREFIX: &str = "contrail-lab-";

/// Where the lab keeps files and its lock: only root can put something there, which a lab of root's then takes for its own.
const FOLDER: &str = "/run/contrail-lab";

/// Between two looks at what is waited for.
const LOOK: Duration = Duration::from_millis(100);

/// A namespace's name as the machine has it.
pub(super) fn full_name(namespace: &str) -> String {
    format!("{PREFIX}{namespace}")
}

pub(super) fn failed(what: impl std::fmt::Display, why: impl std::fmt::Display) -> Stop {
    Stop::Failed(format!("{what}: {why}"))
}

/// The place that the lab is built on: empty when it is taken, and left empty.
pub(super) struct Ground {
    folder: PathBuf,
    interrupted: Arc<AtomicBool>,
    _lock: File,
}

impl Ground {
    /// Takes the place, and clears away what a run before that was killed has left there.
    pub(super) fn take() -> Result<Self, Stop> {
        let folder = PathBuf::from(FOLDER);
        let lock_file = folder.with_extension("lock");
        let lock = File::create(&lock_file).map_err(|error| failed(lock_file.display(), error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Stop::Failed("another lab is running".to_owned())),
            Err(TryLockError::Error(error)) => return Err(failed(lock_file.display(), error)),
        }
        let interrupted = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&interrupted))
                .map_err(|error| failed("signals", error))?;
        }
        let ground = Self { folder, interrupted, _lock: lock };
        ground.clear();
        fs::create_dir_all(&ground.folder).map_err(|error| failed(ground.folder.display(), error))?;
        Ok(ground)
    }

    /// Where the programs of the lab keep their files.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// An error if the run was interrupted.
    pub(super) fn go_on(&self) -> Result<(), Stop> {
        if self.interrupted.load(Ordering::Relaxed) {
            Err(Stop::Failed("interrupted".to_owned()))
        } else {
            Ok(())
        }
    }

    /// Waits until something is so, for as long as it may take and nobody interrupts.
    pub(super) fn wait(
        &self,
        what: &str,
        patience: Duration,
        mut is_so: impl FnMut() -> bool,
    ) -> Result<(), Stop> {
        let mut came = false;
        self.watch(patience, || {
            came = is_so();
            Ok(came)
        })?;
        let late = || Stop::Failed(format!("{what} did not come about in {} s", patience.as_secs()));
        if came { Ok(()) } else { Err(late()) }
    }

    /// Looks until something is so, or for as long as it is given: it may be that it never is.
    pub(super) fn watch(
        &self,
        patience: Duration,
        mut is_so: impl FnMut() -> Result<bool, Stop>,
    ) -> Result<(), Stop> {
        let until = Instant::now() + patience;
        while !is_so()? && Instant::now() < until {
            self.go_on()?;
            thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Ends all processes in the lab's namespaces, then takes these and the files away.
    fn clear(&self) {
        let listed = printed(Command::new("ip").args(["netns", "list"])).unwrap_or_default();
        let names = listed.lines().filter_map(|line| line.split_whitespace().next());
        for name in names.filter(|name| name.starts_with(PREFIX)) {
            let processes = printed(Command::new("ip").args(["netns", "pids", name])).unwrap_or_default();
            let _ = printed(Command::new("kill").arg("-9").args(processes.split_whitespace()));
            let _ = printed(Command::new("ip").args(["netns", "delete", name]));
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A command in a namespace.
pub(super) fn inside(namespace: &str, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", &full_name(namespace)]).arg(program);
    command
}

/// What a command prints; what it says of an error if it fails.
pub(super) fn printed(command: &mut Command) -> Result<String, Stop> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| failed(told(command), error))?;
    if !output.status.success() {
        return Err(failed(told(command), String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Makes a namespace that forwards IPv4, chooses among equal paths by ports, and has no IPv6, which nobody asks for. The hash
/// of a flow goes from socket to tunnel within one kernel, and would change when TCP sends a segment again.
pub(super) fn create(namespace: &str) -> Result<(), Stop> {
    printed(Command::new("ip").args(["netns", "add", &full_name(namespace)]))?;
    printed(inside(namespace, "sysctl").args([
        "-q",
        "-w",
        "net.ipv6.conf.all.disable_ipv6=1",
        "net.ipv6.conf.default.disable_ipv6=1",
        "net.ipv4.ip_forward=1",
        "net.ipv4.conf.all.rp_filter=0",
        "net.ipv4.conf.default.rp_filter=0",
        "net.ipv4.fib_multipath_hash_policy=1",
        "net.core.txrehash=0",
    ]))?;
    batch("ip", namespace, &["link set lo up".to_owned()])
}

/// Gives lines to `ip` or `bridge`, which are carried out in a namespace, one after the other.
pub(super) fn batch(program: &str, namespace: &str, lines: &[String]) -> Result<(), Stop> {
    let mut command = Command::new(program);
    command.args(["-n", &full_name(namespace), "-batch", "-"]);
    carry_out(&mut command, lines)
}

/// Gives lines to `nft`, if there are any.
pub(super) fn translate(namespace: &str, lines: &[String]) -> Result<(), Stop> {
    if lines.is_empty() {
        return Ok(());
    }
    carry_out(inside(namespace, "nft").args(["-f", "-"]), lines)
}

/// Gives lines to a command, which must have nothing to say of them.
fn carry_out(command: &mut Command, lines: &[String]) -> Result<(), Stop> {
    let mut run = || {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all((lines.join("\n") + "\n").as_bytes())?;
        }
        child.wait_with_output()
    };
    let output = run().map_err(|error: std::io::Error| failed(told(command), error))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || !errors.is_empty() {
        let lines = lines.join("\n");
        return Err(failed(told(command), format!("{}\n{lines}", errors.trim())));
    }
    Ok(())
}

/// A process that ends with its owner.
pub(super) struct Process(Child);

impl Process {
    /// Starts it; what it prints goes to a file.
    pub(super) fn start(command: &mut Command, log: &Path) -> Result<Self, Stop> {
        let mut run = || {
            let output = File::create(log)?;
            let errors = output.try_clone()?;
            command.stdin(Stdio::null()).stdout(output).stderr(errors).spawn()
        };
        run().map(Self).map_err(|error| failed(told(command), error))
    }

    pub(super) fn has_ended(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(Some(_)))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The command as one would type it.
fn told(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
