//! Code blocks of a rule's page.

/// A fenced block: its language, and the words behind it.
pub struct Block {
    pub language: String,
    pub words: Vec<String>,
    pub text: String,
}

/// The blocks between a heading and the next one of its level.
pub fn blocks(page: &str, heading: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut inside = false;
    let mut open: Option<Block> = None;
    for line in page.lines() {
        if let Some(block) = &mut open {
            if line.starts_with("```") {
                blocks.extend(open.take());
            } else {
                block.text.push_str(line);
                block.text.push('\n');
            }
            continue;
        }
        if line.starts_with("## ") {
            inside = line == heading;
        }
        if let Some(info) = line.strip_prefix("```").filter(|_| inside) {
            let mut words = info.split_whitespace().map(str::to_owned);
            let language = words.next().unwrap_or_default();
            open = Some(Block { language, words: words.collect(), text: String::new() });
        }
    }
    blocks
}
