fn main() {
    let _ = tokio::sync::Notify::new();
}
