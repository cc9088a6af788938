use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(event.payload)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut table = Vec::new();
    for n in 0..100u64 {
        table.push(n * n);
    }
    run(service_fn(handler)).await
}
