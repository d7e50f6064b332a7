-- Neovim with the package of this repository.
local env = vim.env
vim.opt.runtimepath:prepend(env.JOURNEY_EDITORS .. "/neovim")
vim.cmd("filetype plugin indent on | syntax on")
vim.o.swapfile = false

local answers = { diagnostics = {}, completion = {}, hover = {} }
local questions = vim.fn.json_decode(vim.fn.readfile(env.JOURNEY_QUESTIONS))

local function fail(why)
  io.stderr:write(why .. "\n")
  vim.cmd("cquit")
end

--- Lets events come in until there is what is waited for.
local function wait(what, done)
  if not vim.wait(60000, done, 5) then fail("no " .. what) end
end

require("journey").setup({ cmd = { env.JOURNEY_SERVER, "lsp" } })

local function open(file)
  vim.cmd("edit " .. vim.fn.fnameescape(env.JOURNEY_SHOP .. "/" .. file))
  local buffer = vim.api.nvim_get_current_buf()
  wait("server", function()
    local client = vim.lsp.get_active_clients({ bufnr = buffer })[1] or vim.lsp.get_active_clients()[1]
    return client and client.initialized and vim.lsp.buf_is_attached(buffer, client.id)
  end)
  return buffer
end

local function ask(method, question)
  local buffer = open(question.file)
  local at = { line = question.line, character = question.character }
  local params = { textDocument = { uri = vim.uri_from_bufnr(buffer) }, position = at }
  local found = vim.lsp.buf_request_sync(buffer, method, params, 60000)
  for _, answer in pairs(found or {}) do
    if answer.err then fail(method .. ": " .. vim.inspect(answer.err)) end
    return answer.result
  end
  fail("no answer to " .. method)
end

for file, expected in pairs(questions.diagnostics) do
  local buffer = open(file)
  wait("diagnostics", function() return #vim.diagnostic.get(buffer) >= #expected end)
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(buffer)) do
    -- Neovim counts bytes; what the server said is kept.
    local said = each.user_data.lsp
    local line = vim.api.nvim_buf_get_lines(buffer, each.lnum, each.lnum + 1, true)[1]
    local _, character = vim.str_utfindex(line, each.col)
    table.insert(found, { line = each.lnum, character = character, code = said.code, message = each.message })
  end
  answers.diagnostics[file] = found
end

for _, question in ipairs(questions.completion) do
  local result = ask("textDocument/completion", question)
  local labels = {}
  -- As Neovim itself offers them.
  for _, item in ipairs(vim.lsp.util.text_document_completion_list_to_complete_items(result, "")) do
    table.insert(labels, item.abbr)
  end
  table.insert(answers.completion, labels)
end

for _, question in ipairs(questions.hover) do
  local result = ask("textDocument/hover", question)
  local lines = vim.lsp.util.convert_input_to_markdown_lines(result and result.contents or "")
  table.insert(answers.hover, table.concat(lines, "\n"))
end

vim.fn.writefile({ vim.fn.json_encode(answers) }, env.JOURNEY_ANSWERS)
vim.cmd("qall!")
