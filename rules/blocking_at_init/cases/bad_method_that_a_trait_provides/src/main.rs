use lambda_runtime::{run, service_fn, Error, LambdaEvent};

trait Warm {
    fn warm(&self) {
        std::thread::sleep(std::time::Duration::from_millis(3)); // ~ blocking-at-init
    }
}

struct Cache;

impl Warm for Cache {}

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(event.payload)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let cache = Cache;
    cache.warm();
    // Never called.
    let _later = || std::thread::sleep(std::time::Duration::from_millis(3));
    run(service_fn(handler)).await
}
