-- ~/.config/nvim/init.lua, Neovim 0.11 or newer: milliseconds at imports, findings, and what mends them.
vim.lsp.config("defrost", {
  cmd = { "defrost", "server" },
  filetypes = { "python", "javascript", "typescript", "rust", "yaml", "toml" },
  root_markers = { "defrost.toml", "template.yaml", "template.yml", "serverless.yml", "cdk.json", ".git" },
})
vim.lsp.enable("defrost")

-- Neovim 0.10 has no vim.lsp.config: start it by file type there.
--   vim.api.nvim_create_autocmd("FileType", {
--     pattern = { "python", "javascript", "typescript" },
--     callback = function(event)
--       vim.lsp.start({ name = "defrost", cmd = { "defrost", "server" },
--         root_dir = vim.fs.root(event.buf, { "defrost.toml", "template.yaml", ".git" }) })
--     end,
--   })

vim.api.nvim_create_autocmd("LspAttach", {
  callback = function(event)
    vim.lsp.inlay_hint.enable(true, { bufnr = event.buf })
  end,
})
