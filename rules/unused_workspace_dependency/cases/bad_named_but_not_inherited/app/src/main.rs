fn main() {
    hex::encode("a");
}
