use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    // Another pattern with every request: there is nothing to keep.
    let shape = regex::Regex::new(&event.payload)?;
    Ok(shape.is_match("orders").to_string())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
