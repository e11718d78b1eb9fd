-- wrk: ask for one path again and again. Argument: the path.
local request_text

function init(args)
  request_text = wrk.format("GET", args[1])
end

function request()
  return request_text
end
