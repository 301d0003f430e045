//! Where pulled files land: collected in a hidden folder beside their places, with what was asked for so far, and moved to
//! their places together once all are there. A later pull goes on from that folder; an audit never looks into it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::{digest, failed, hide, lock, private, settle, whole};
use crate::config::pull::Target;
use crate::error::{Error, Fault, Result};
use crate::exports::{LANDING, Manifest, Pulled, STAGING};
use crate::frames::time::rfc3339;

/// What was asked for and what is there.
const STATE: &str = "state.json";
/// After this, tokens of pages and results of jobs are gone at the vendors.
const STALE: i64 = 20 * 3600;
/// What the names of files that are not whole end with.
const HALVES: [&str; 2] = [".part", ".raw"];

/// A job at a vendor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Job {
    /// Its id.
    pub(super) id: String,
    /// When it was asked for.
    pub(super) asked: i64,
    /// Whether its file is there.
    pub(super) done: bool,
    /// What the next page is asked for by.
    pub(super) next: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    /// What is asked for; another config asks for something else.
    asks: String,
    began: i64,
    jobs: BTreeMap<String, Job>,
    manifest: Option<Manifest>,
    /// Whether everything is there, and only has to be put in its place.
    #[serde(default)]
    complete: bool,
}

/// The hidden folder, held against a second pull.
#[derive(Debug)]
pub(super) struct Landing {
    folder: PathBuf,
    /// The name of the one file, when it is one.
    single: Option<String>,
    staging: PathBuf,
    state: State,
    /// Held until the pull ends.
    _lock: File,
    /// Whether it goes on with an earlier pull.
    pub(super) resumed: bool,
    /// Whether what is here is what is asked for today.
    pub(super) current: bool,
}

impl Landing {
    /// Opens the hidden folder of a target. What another config or another day left there is thrown away.
    pub(super) fn open(target: &Target, asks: &str, blank: Manifest, fresh: bool) -> Result<Self> {
        let folder = target.folder().to_owned();
        let single = match target {
            Target::Folder(_) => None,
            Target::File(file) => file.file_name().map(|name| name.to_string_lossy().into_owned()),
        };
        let name = single.as_ref().map_or_else(|| STAGING.to_owned(), |file| format!("{STAGING}-{file}"));
        let staging = folder.join(name);
        fs::create_dir_all(&staging).map_err(|error| failed(&staging, &error))?;
        hide(&staging);
        let lock = lock(&staging)?;
        let now = jiff::Timestamp::now().as_second();
        let is_current = |known: &State| !fresh && known.asks == asks && now - known.began < STALE;
        let known = read_state(&staging).filter(|known| known.complete || is_current(known));
        let (resumed, current) = (known.is_some(), known.as_ref().is_none_or(is_current));
        let blank = State { asks: asks.to_owned(), began: now, manifest: Some(blank), ..State::default() };
        let state = known.unwrap_or(blank);
        let landing = Self { folder, single, staging, state, _lock: lock, resumed, current };
        landing.sweep(if resumed { is_half } else { |_| true })?;
        landing.save()?;
        Ok(landing)
    }

    /// Whether an earlier pull had everything, and only its files were not all in place.
    pub(super) fn is_landing(&self) -> bool {
        self.state.complete
    }

    /// Throws away what nobody goes on with. The mark of files that were being put in their places stays: what it says of
    /// the places is true until another pull is there.
    fn sweep(&self, is_left: fn(&str) -> bool) -> Result<()> {
        for entry in fs::read_dir(&self.staging).map_err(|error| failed(&self.staging, &error))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !["lock", LANDING].contains(&name.as_str()) && is_left(&name) && !self.lists(&name) {
                fs::remove_file(entry.path()).map_err(|error| failed(&entry.path(), &error))?;
            }
        }
        Ok(())
    }

    /// Throws away what came in halves, which may be large.
    pub(super) fn drop_halves(&self) {
        // The next pull does it where this one cannot.
        let _ = self.sweep(is_half);
    }

    fn save(&self) -> Result<()> {
        let path = self.staging.join(STATE);
        let text = serde_json::to_string_pretty(&self.state).unwrap_or_default();
        whole(&path, text.as_bytes())
    }

    /// What is known of the pull as a whole.
    pub(super) fn manifest(&mut self) -> &mut Manifest {
        self.state.manifest.get_or_insert_with(|| Manifest::new("", ""))
    }

    /// A job of an earlier or of this pull.
    pub(super) fn job(&self, step: &str) -> Option<&Job> {
        self.state.jobs.get(step)
    }

    /// Remembers a job.
    pub(super) fn note_job(&mut self, step: &str, job: Job) -> Result<()> {
        self.state.jobs.insert(step.to_owned(), job);
        self.save()
    }

    /// Forgets a job that the vendor does not know any more.
    pub(super) fn forget_job(&mut self, step: &str) -> Result<()> {
        self.state.jobs.remove(step);
        self.save()
    }

    /// Adds a sentence on what could not be had.
    pub(super) fn remark(&mut self, note: String) -> Result<()> {
        let notes = &mut self.manifest().notes;
        if !notes.contains(&note) {
            notes.push(note);
        }
        self.save()
    }

    /// Where a file is written before it is known to be whole.
    pub(super) fn draft(&self, name: &str) -> PathBuf {
        self.staging.join(format!("{name}.part"))
    }

    /// The file of an earlier pull that is whole.
    pub(super) fn has(&self, name: &str) -> bool {
        let found = self.state.manifest.iter().flat_map(|manifest| &manifest.files).find(|pulled| pulled.file == name);
        found.is_some_and(|pulled| {
            digest(&self.staging.join(name)).is_ok_and(|(bytes, sha)| bytes == pulled.bytes && sha == pulled.sha256)
        })
    }

    /// The JSON of an earlier pull that is whole.
    pub(super) fn json(&self, name: &str) -> Option<serde_json::Value> {
        let text = self.has(name).then(|| fs::read(self.staging.join(name)).ok())??;
        serde_json::from_slice(&text).ok()
    }

    /// Whether a file of this name was collected.
    pub(super) fn lists(&self, name: &str) -> bool {
        self.state.manifest.iter().flat_map(|manifest| &manifest.files).any(|pulled| pulled.file == name)
    }

    /// Whether any record of a collected file has a value in a column.
    pub(super) fn any(&self, name: &str, column: &str, value: &str) -> Result<bool> {
        super::table::any(&self.staging.join(name), column, value)
            .map_err(|why| Error::input(Fault::new(format!("{name}: {why}")).help("run the pull again")))
    }

    /// Forgets pages of a table that its newest export does not have: they are of an export that was begun and given up.
    pub(super) fn only(&mut self, table: &str, files: &[String]) -> Result<()> {
        let is_number = |page: &str| page.bytes().all(|byte| byte.is_ascii_digit());
        let is_page = |file: &str| {
            let rest = file.strip_prefix(table).and_then(|rest| rest.strip_suffix(".csv"));
            rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('_').is_some_and(is_number))
        };
        self.manifest().files.retain(|pulled| !is_page(&pulled.file) || files.contains(&pulled.file));
        self.save()
    }

    /// Keeps a draft that is whole.
    pub(super) fn keep(&mut self, name: &str, what: Kept<'_>) -> Result<()> {
        let (draft, path) = (self.draft(name), self.staging.join(name));
        let (bytes, sha256) = digest(&draft).map_err(|error| failed(&draft, &error))?;
        settle(&draft, &path)?;
        private(&path);
        let pulled = Pulled {
            file: name.to_owned(),
            holds: what.holds.to_owned(),
            module: what.module.map(str::to_owned),
            rows: what.rows,
            bytes,
            sha256,
            asked: rfc3339(what.asked),
            finished: rfc3339(what.finished),
        };
        let manifest = self.manifest();
        manifest.files.retain(|known| known.file != name);
        manifest.files.push(pulled);
        manifest.files.sort_by(|one, other| one.file.cmp(&other.file));
        self.save()
    }

    /// Keeps JSON.
    pub(super) fn keep_json(&mut self, name: &str, json: &serde_json::Value, what: Kept<'_>) -> Result<()> {
        let draft = self.draft(name);
        let text = serde_json::to_string_pretty(json).unwrap_or_default() + "\n";
        fs::write(&draft, text).map_err(|error| failed(&draft, &error))?;
        self.keep(name, what)
    }

    /// Moves everything to its place, the manifest last, and takes away what an earlier pull left there. Stopped anywhere, it
    /// goes on from there.
    pub(super) fn land(mut self) -> Result<Manifest> {
        let manifest = self.manifest();
        let stamps = |stamp: fn(&Pulled) -> &String| manifest.files.iter().map(stamp).cloned().collect::<Vec<_>>();
        let (asked, finished) = (stamps(|pulled| &pulled.asked), stamps(|pulled| &pulled.finished));
        manifest.asked = asked.into_iter().min().unwrap_or_default();
        manifest.finished = finished.into_iter().max().unwrap_or_default();
        let manifest = manifest.clone();
        self.state.complete = true;
        self.save()?;
        let marker = self.staging.join(LANDING);
        whole(&marker, b"")?;
        for pulled in &manifest.files {
            let (from, to) = (self.staging.join(&pulled.file), self.folder.join(&pulled.file));
            if from.exists() {
                fs::rename(&from, &to).map_err(|error| failed(&to, &error))?;
            }
        }
        let path = Manifest::path(&self.folder, self.single.as_deref());
        for old in Manifest::read(&path).map(|old| old.files).unwrap_or_default() {
            let is_kept = manifest.files.iter().any(|pulled| pulled.file == old.file);
            let place = self.folder.join(&old.file);
            // What somebody changed since is no longer the pull's.
            if !is_kept && place.metadata().is_ok_and(|data| data.len() == old.bytes) {
                fs::remove_file(&place).map_err(|error| failed(&place, &error))?;
            }
        }
        let text = serde_json::to_string_pretty(&manifest).unwrap_or_default() + "\n";
        whole(&path, text.as_bytes())?;
        // What was given up goes too; the mark goes last: an audit reads the folder when nothing is left to do.
        self.sweep(|_| true)?;
        fs::remove_file(&marker).map_err(|error| failed(&marker, &error))?;
        let staging = std::mem::take(&mut self.staging);
        // Some systems do not take away what is still open. Where another pull is quicker the folder is its own.
        drop(self);
        let _ = fs::remove_file(staging.join("lock")).and_then(|()| fs::remove_dir(&staging));
        Ok(manifest)
    }
}

/// What a file is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept<'a> {
    pub(super) holds: &'a str,
    pub(super) module: Option<&'a str>,
    pub(super) rows: Option<u64>,
    pub(super) asked: i64,
    pub(super) finished: i64,
}

fn is_half(name: &str) -> bool {
    HALVES.iter().any(|end| name.ends_with(end))
}

fn read_state(staging: &Path) -> Option<State> {
    let known: State = serde_json::from_str(&fs::read_to_string(staging.join(STATE)).ok()?).ok()?;
    known.manifest.as_ref().is_some_and(Manifest::is_plain).then_some(known)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::super::disk::whole;
    use super::{Kept, LANDING, Landing, Manifest, STAGING, Target};

    const KEPT: Kept<'_> =
        Kept { holds: "records", module: None, rows: Some(1), asked: 1_779_343_200, finished: 1_779_343_260 };

    fn open(folder: &Path, asks: &str) -> Landing {
        Landing::open(&Target::Folder(folder.to_owned()), asks, Manifest::new("zoho", "v8"), false).unwrap()
    }

    /// Says of what was collected that it is everything.
    fn complete(staging: &Path) {
        let path = staging.join(super::STATE);
        let text = std::fs::read_to_string(&path).unwrap().replace("\"complete\": false", "\"complete\": true");
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn what_was_stopped_while_it_landed_lands_whatever_is_asked_for_next() {
        let dir = tempfile::tempdir().unwrap();
        let mut landing = open(dir.path(), "one");
        landing.keep_json("a.json", &json!([1]), KEPT).unwrap();
        landing.keep_json("b.json", &json!([2]), KEPT).unwrap();
        drop(landing);
        let staging = dir.path().join(STAGING);
        std::fs::write(staging.join(LANDING), "").unwrap();
        complete(&staging);
        std::fs::rename(staging.join("a.json"), dir.path().join("a.json")).unwrap();
        let landing = open(dir.path(), "another");
        assert!(landing.resumed && landing.is_landing() && !landing.current);
        let manifest = landing.land().unwrap();
        assert!(manifest.fits(dir.path()) && manifest.files.len() == 2 && !staging.exists());
        assert_eq!(Manifest::read(&Manifest::path(dir.path(), None)), Some(manifest));
    }

    #[test]
    fn a_pull_goes_on_only_with_what_it_asked_for_itself_and_what_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let mut landing = open(dir.path(), "one");
        landing.keep_json("a.json", &json!([1]), KEPT).unwrap();
        let second = Landing::open(&Target::Folder(dir.path().to_owned()), "one", Manifest::new("", ""), false);
        assert!(second.unwrap_err().to_string().starts_with("another pull works in"));
        drop(landing);
        let landing = open(dir.path(), "one");
        assert!(landing.resumed && landing.has("a.json"));
        std::fs::write(dir.path().join(STAGING).join("a.json"), "[3]\n").unwrap();
        assert!(!landing.has("a.json"), "somebody changed it");
        drop(landing);
        let landing = open(dir.path(), "another");
        assert!(!landing.resumed && !landing.has("a.json"));
        assert!(!dir.path().join(STAGING).join("a.json").exists());
    }

    #[test]
    fn a_folder_between_two_pulls_is_one_until_a_pull_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let mark = dir.path().join(STAGING).join(LANDING);
        drop(open(dir.path(), "one"));
        std::fs::write(&mark, "").unwrap();
        std::fs::write(dir.path().join(STAGING).join(super::STATE), "{ broken").unwrap();
        let mut landing = open(dir.path(), "one");
        assert!(!landing.resumed && !landing.is_landing() && mark.exists(), "an audit still refuses the folder");
        landing.keep_json("a.json", &json!([1]), KEPT).unwrap();
        drop(landing);
        let landing = open(dir.path(), "one");
        assert!(landing.resumed && !landing.is_landing() && mark.exists(), "it goes on, and is not whole yet");
        landing.land().unwrap();
        assert!(!mark.exists());
    }

    #[test]
    fn nothing_outside_the_folder_is_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("exports");
        let mut landing = open(&folder, "one");
        landing.keep_json("a.json", &json!([1]), KEPT).unwrap();
        landing.land().unwrap();
        let path = Manifest::path(&folder, None);
        let text = std::fs::read_to_string(&path).unwrap().replace("a.json", "../b.json");
        std::fs::write(dir.path().join("b.json"), std::fs::read(folder.join("a.json")).unwrap()).unwrap();
        whole(&path, text.as_bytes()).unwrap();
        let mut landing = open(&folder, "two");
        landing.keep_json("c.json", &json!([1]), KEPT).unwrap();
        landing.land().unwrap();
        assert!(dir.path().join("b.json").exists());
    }

    #[test]
    fn pages_of_an_export_that_was_given_up_do_not_land() {
        let dir = tempfile::tempdir().unwrap();
        let mut landing = open(dir.path(), "one");
        for name in ["Leads_001.csv", "Leads_002.csv", "Leads.csv", "Leads_converted.csv"] {
            landing.keep_json(name, &json!([1]), KEPT).unwrap();
        }
        landing.only("Leads", &["Leads.csv".to_owned()]).unwrap();
        let names: Vec<String> = landing.land().unwrap().files.into_iter().map(|pulled| pulled.file).collect();
        assert_eq!(names, ["Leads.csv", "Leads_converted.csv"]);
        assert!(!dir.path().join(STAGING).exists() && !dir.path().join("Leads_001.csv").exists());
    }

    #[test]
    fn halves_are_thrown_away() {
        let dir = tempfile::tempdir().unwrap();
        let landing = open(dir.path(), "one");
        std::fs::write(landing.draft("a.csv.packed"), "x").unwrap();
        landing.drop_halves();
        assert!(!landing.draft("a.csv.packed").exists());
    }
}
