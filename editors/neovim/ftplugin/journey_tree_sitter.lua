-- Where the parser of ../tree-sitter-journey is installed, it highlights; elsewhere syntax/journey.vim does.
if #vim.api.nvim_get_runtime_file("parser/journey.*", false) == 0 then return end

local buffer = vim.api.nvim_get_current_buf()
local started, why = pcall(function()
  if vim.treesitter.start then
    vim.treesitter.start(buffer, "journey")
  else
    vim.treesitter.highlighter.new(vim.treesitter.get_parser(buffer, "journey"), {})
  end
end)
if not started then vim.notify_once("the tree-sitter parser of Journey: " .. why, vim.log.levels.WARN) end
