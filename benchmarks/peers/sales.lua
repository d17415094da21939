-- Sells to one customer after another, each sale under a key of its own; told in the environment to whom, and where.
local customers, run, sent = {}, os.getenv("RUN"), 0
for line in io.lines(os.getenv("CUSTOMERS")) do
  customers[#customers + 1] = tonumber(line)
end

wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("TOKEN")

function request()
  sent = sent + 1
  local customer = customers[(sent - 1) % #customers + 1]
  wrk.headers["Idempotency-Key"] = string.format("%s%012x", run, sent)
  local body = string.format('{"customer_id":%d,"amount":%d}', customer, 1000 + 100 * (customer % 200))
  return wrk.format("POST", nil, nil, body)
end

function done(summary, latency)
  local wrong = summary.errors
  io.write(string.format(
    '\n{"sales":%d,"seconds":%f,"median":%f,"p99":%f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    wrong.status, wrong.connect + wrong.read + wrong.write + wrong.timeout))
end
