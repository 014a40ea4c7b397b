-- What wrk runs: arguments are, for each thread, the first number and a file with method, path, body and headers (see
-- wrk.py). Each `@` in path, body or headers becomes a number that rises from request to request. Prints one line of JSON.
local number, path, body, counted, threads = 0, "/", nil, {}, 0

function setup(thread)
  thread:set("place", threads)
  threads = threads + 1
end

local function next_request()
  number = number + 1
  local this = string.format("%d", number)
  for name, value in pairs(counted) do wrk.headers[name] = value:gsub("@", this) end
  return wrk.format(nil, (path:gsub("@", this)), nil, body and (body:gsub("@", this)))
end

function init(args)
  number = tonumber(args[2 * place + 1]) - (place == 0 and 2 or 1) -- the first thread is asked for one that is not sent
  local file = assert(io.open(args[2 * place + 2], "rb"))
  wrk.method = file:read("*l")
  path = file:read("*l")
  wrk.path = path
  local length = tonumber(file:read("*l"))
  body = length > 0 and file:read(length) or nil
  for line in file:lines() do
    local name, value = line:match("^([^:]+): (.*)$")
    if name then
      wrk.headers[name] = value
      if value:find("@", 1, true) and body then counted[name] = value end
    end
  end
  if body or path:find("@", 1, true) then request = next_request end -- else wrk makes the request once, and sends the same bytes
end

function done(summary, latency, _requests)
  local wrong = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "bytes": %d, "wrong": %d, "p50": %f, "p99": %f, "worst": %f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6, latency.max / 1e6))
end
