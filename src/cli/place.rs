//! Where documents lie, so that a record names them the same way from everywhere.
//!
//! In: the paths that a reading opened, as typed. Out: the folder that holds them all, and each
//! path below it. A record made in another folder, or through an absolute path, has the same bytes.

use std::path::{Path, PathBuf};

use super::run::shown;

/// The folder that holds all of some documents.
pub struct Root(Vec<String>);

impl Root {
    /// Finds the folder of paths that are relative to the current folder, or absolute. Nothing
    /// where the current folder has no name.
    pub fn of<'p>(paths: impl Iterator<Item = &'p str>) -> Option<Self> {
        let mut root: Option<Vec<String>> = None;
        for path in paths {
            let mut parts = parts(path)?;
            parts.pop();
            root = Some(match root {
                None => parts,
                Some(known) => {
                    let both = known.into_iter().zip(parts);
                    both.take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
                }
            });
        }
        root.map(Self)
    }

    /// The folder itself.
    pub fn folder(&self) -> PathBuf {
        Path::new("/").join(self.0.join("/"))
    }

    /// A path below the folder, with `/`; the absolute path where it lies elsewhere.
    pub fn name(&self, path: &str) -> String {
        let Some(parts) = parts(path) else {
            return path.to_owned();
        };
        match parts.strip_prefix(self.0.as_slice()) {
            Some(below) if !below.is_empty() => below.join("/"),
            Some(_) | None => format!("/{}", parts.join("/")),
        }
    }
}

/// The parts of the absolute path, without `.` and `..`.
fn parts(path: &str) -> Option<Vec<String>> {
    let absolute = shown(&std::path::absolute(path).ok()?);
    let mut parts: Vec<&str> = Vec::new();
    for part in absolute.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(parts.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_that_holds_all_is_the_root() {
        let paths = [
            "/a/b/scenarios/x.toml",
            "/a/b/rules/y.rule",
            "/a/b/scenarios/../models/z.toml",
        ];
        let root = Root::of(paths.into_iter()).expect("absolute paths");
        assert_eq!(root.folder(), Path::new("/a/b"));
        assert_eq!(
            paths.map(|path| root.name(path)),
            ["scenarios/x.toml", "rules/y.rule", "models/z.toml"]
        );
        assert_eq!(root.name("/c/d.toml"), "/c/d.toml");
    }
}
