use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use regex::Regex;

async fn handler(event: LambdaEvent<Vec<String>>) -> Result<usize, Error> {
    let mut hits = 0;
    for word in &event.payload {
        if Regex::new(r"^\d{4}-\d{2}$")?.is_match(word) { // ~ regex-in-handler
            hits += 1;
        }
    }
    Ok(hits)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
