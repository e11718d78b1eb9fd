-- wrk: ask for the files of known phones. Arguments: a file of "path TAB user agent TAB address" lines; "in order" to
-- ask one after the other instead of at random.
local requests, count, last = {}, 0, 0
local in_order

function init(args)
  math.randomseed(os.time())
  in_order = args[2] ~= nil
  last = math.random(1000)
  for line in io.lines(args[1]) do
    local path, agent, address = line:match("([^\t]+)\t([^\t]+)\t([^\t]+)")
    count = count + 1
    requests[count] = wrk.format("GET", path, { ["User-Agent"] = agent, ["X-Forwarded-For"] = address })
  end
end

function request()
  if in_order then
    last = last % count + 1
    return requests[last]
  end
  return requests[math.random(count)]
end
