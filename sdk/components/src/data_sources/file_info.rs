//! `file_info`: what the system says of a path.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path as FilePath;
use std::time::SystemTime;

use jiff::Timestamp;
use nix::unistd::{Gid, Group, Uid, User};
use tf_sdk::blocking;
use tf_sdk::prelude::*;

use crate::component::components;

/// What the system says of a file or directory. That there is none is no error.
///
/// Symbolic links are followed, but for `is_symlink`. Of what does not exist the texts are empty, the size is 0.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct Info {
    /// The path, absolute or relative to Terraform's working directory.
    #[attr(required)]
    path: String,
    /// Whether there is anything of this path.
    #[attr(computed)]
    exists: Tf<bool>,
    /// The size in bytes.
    #[attr(computed)]
    size: Tf<u64>,
    /// Whether it is a directory.
    #[attr(computed)]
    is_dir: Tf<bool>,
    /// Whether it is a regular file.
    #[attr(computed)]
    is_file: Tf<bool>,
    /// Whether the path itself is a symbolic link.
    #[attr(computed)]
    is_symlink: Tf<bool>,
    /// When the content was last changed, in RFC 3339, UTC.
    #[attr(computed)]
    modified_time: Tf<String>,
    /// When it was last read, in RFC 3339, UTC, as far as the file system keeps that.
    #[attr(computed)]
    access_time: Tf<String>,
    /// When it was made, in RFC 3339, UTC; empty where the file system does not keep that.
    #[attr(computed)]
    creation_time: Tf<String>,
    /// The permissions in octal digits, such as `0o644`.
    #[attr(computed)]
    permissions: Tf<String>,
    /// The owner's name; the number, where it has no name.
    #[attr(computed)]
    owner: Tf<String>,
    /// The group's name; the number, where it has no name.
    #[attr(computed)]
    group: Tf<String>,
    /// The media type that the file's name suggests; empty where it suggests none.
    #[attr(computed)]
    mime_type: Tf<String>,
}

components! {
    /// `file_info`.
    FileInfo
}

impl<P: Provider> DataSource for FileInfo<P> {
    type Provider = P;
    type Model = Info;

    const NAME: &'static str = "file_info";

    async fn read(&self, _: &mut ReadData<Self>, config: Info) -> Result<Info> {
        blocking::run(move || Info::read(config.path)).await
    }
}

impl Info {
    fn read(path: String) -> Result<Self> {
        let is_symlink = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
        match fs::metadata(&path) {
            Ok(metadata) => Ok(Self::of(path, is_symlink, &metadata)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(Self::of_nothing(path, is_symlink))
            }
            Err(error) => {
                let error = Diagnostic::error("Cannot Read Path", format!("{path}: {error}."));
                Err(error.at(Path::new().attr("path")).into())
            }
        }
    }

    fn of_nothing(path: String, is_symlink: bool) -> Self {
        let nothing = || Tf::Known(String::new());
        Self {
            path,
            exists: false.into(),
            size: 0.into(),
            is_dir: false.into(),
            is_file: false.into(),
            is_symlink: is_symlink.into(),
            modified_time: nothing(),
            access_time: nothing(),
            creation_time: nothing(),
            permissions: nothing(),
            owner: nothing(),
            group: nothing(),
            mime_type: nothing(),
        }
    }

    fn of(path: String, is_symlink: bool, metadata: &fs::Metadata) -> Self {
        let (uid, gid) = (metadata.uid(), metadata.gid());
        let user = User::from_uid(Uid::from_raw(uid)).ok().flatten().map(|user| user.name);
        let group = Group::from_gid(Gid::from_raw(gid)).ok().flatten().map(|group| group.name);
        let suggested =
            mime_guess::from_path(FilePath::new(&path)).first_raw().filter(|_| metadata.is_file());
        Self {
            exists: true.into(),
            size: metadata.len().into(),
            is_dir: metadata.is_dir().into(),
            is_file: metadata.is_file().into(),
            is_symlink: is_symlink.into(),
            modified_time: shown(metadata.modified()).into(),
            access_time: shown(metadata.accessed()).into(),
            creation_time: shown(metadata.created()).into(),
            permissions: format!("0o{:03o}", metadata.permissions().mode() & 0o7777).into(),
            owner: user.unwrap_or_else(|| uid.to_string()).into(),
            group: group.unwrap_or_else(|| gid.to_string()).into(),
            mime_type: suggested.unwrap_or_default().to_owned().into(),
            path,
        }
    }
}

/// A time in RFC 3339; nothing for one that the system does not keep.
fn shown(time: io::Result<SystemTime>) -> String {
    let time = time.ok().and_then(|time| Timestamp::try_from(time).ok());
    time.map(|time| time.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &FilePath) -> Info {
        Info::read(path.to_str().unwrap().to_owned()).unwrap()
    }

    #[test]
    fn a_file_a_directory_a_link_and_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.json");
        fs::write(&file, "{}").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let [link, dangling] = ["link", "dangling"].map(|name| directory.path().join(name));
        std::os::unix::fs::symlink("a.json", &link).unwrap();
        std::os::unix::fs::symlink("nowhere", &dangling).unwrap();

        let info = read(&file);
        assert_eq!(
            (info.exists, info.is_file, info.is_dir, info.is_symlink),
            (true.into(), true.into(), false.into(), false.into())
        );
        assert_eq!((info.size, info.permissions), (2.into(), "0o640".to_owned().into()));
        assert_eq!(info.mime_type, "application/json".to_owned().into());
        let modified: Timestamp = info.modified_time.into_known().unwrap().parse().unwrap();
        assert!(modified <= Timestamp::now());

        let info = read(&link);
        assert_eq!((info.exists, info.is_file, info.is_symlink), (true.into(), true.into(), true.into()));
        let info = read(directory.path());
        assert_eq!(
            (info.is_dir, info.is_file, info.mime_type),
            (true.into(), false.into(), String::new().into())
        );
        for (path, is_symlink) in
            [(dangling, true), (file.join("below"), false), (directory.path().join("none"), false)]
        {
            let info = read(&path);
            assert_eq!(
                (info.exists, info.is_symlink),
                (false.into(), is_symlink.into()),
                "{}",
                path.display()
            );
            assert_eq!((info.size, info.owner), (0.into(), String::new().into()));
        }
    }

    #[test]
    fn a_path_with_a_nul_byte_is_an_error() {
        let error = Info::read("a\0b".to_owned()).unwrap_err();
        assert_eq!(error.iter().next().unwrap().path, Some(Path::new().attr("path")));
    }
}
