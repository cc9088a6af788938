use super::*;

fn key(name: &str) -> Key {
    let mut maker = KeyMaker::new("test").unwrap();
    maker.add(name);
    maker.finish()
}

fn entries(cache: &Cache) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(&cache.folder).into_iter().flatten();
    files.filter(|file| file.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

#[test]
fn what_is_kept_is_found_under_its_key_alone() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::in_folder(folder.path());
    assert_eq!(cache.get(&key("a")), None);
    cache.put(&key("a"), b"one");
    assert_eq!(cache.get(&key("a")).as_deref(), Some(&b"one"[..]));
    assert_eq!(cache.get(&key("b")), None);
    let parts = |parts: &[&str]| {
        let mut maker = KeyMaker::new("test").unwrap();
        for part in parts {
            maker.add(part);
        }
        maker.finish()
    };
    assert_ne!(parts(&["ab", "c"]), parts(&["a", "bc"]));
}

#[test]
fn damaged_entries_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::in_folder(folder.path());
    cache.put(&key("a"), &b"some content that is long enough ".repeat(20));
    let path = entries(&cache).remove(0);
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&path, damaged).unwrap();
        assert_eq!(cache.get(&key("a")), None, "byte {at}");
    }
    for len in [0, 7, 39, 40, whole.len() - 1] {
        fs::write(&path, &whole[..len]).unwrap();
        assert_eq!(cache.get(&key("a")), None, "{len} bytes");
    }
    fs::write(&path, &whole).unwrap();
    assert!(cache.get(&key("a")).is_some());
}

#[test]
fn where_nothing_can_be_written_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let cache = Cache::in_folder(&file);
    cache.put(&key("a"), b"one");
    cache.keep_hashes(&HashMap::new());
    cache.prune();
    assert_eq!(cache.get(&key("a")), None);
    assert!(cache.known_hashes().is_empty());
}

#[test]
fn the_oldest_go_first_and_leftovers_too() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::in_folder(folder.path());
    let now = SystemTime::now();
    for (age, name) in [(7200, "old"), (10, "new")] {
        let before: Vec<PathBuf> = entries(&cache);
        cache.put(&key(name), name.as_bytes());
        let path = entries(&cache).into_iter().find(|path| !before.contains(path)).unwrap();
        fs::File::open(path).unwrap().set_modified(now - Duration::from_secs(age)).unwrap();
    }
    let left = cache.folder.join("entries/.tmpx");
    fs::write(&left, "half").unwrap();
    cache.prune_to(1 << 20);
    assert!(left.exists() && cache.get(&key("old")).is_some());
    fs::File::open(&left).unwrap().set_modified(now - Duration::from_secs(7200)).unwrap();
    cache.prune_to(50);
    assert!(!left.exists() && cache.get(&key("old")).is_none());
}
