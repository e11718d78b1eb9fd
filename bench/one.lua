-- wrk: ask for one path again and again. Arguments: the path; perhaps what proves who asks.
local request_text

function init(args)
  if args[2] then
    wrk.headers["Authorization"] = args[2]
  end
  request_text = wrk.format("GET", args[1])
end

function request()
  return request_text
end
