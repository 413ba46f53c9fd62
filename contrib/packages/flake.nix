# SPDX-License-Identifier: MIT
# nix build 'git+file:.?dir=contrib/packages', in the tree
{
  description = "Virtual webcam that shows another picture where the room was";
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      each = nixpkgs.lib.genAttrs systems;
    in {
      packages = each (system: { default = nixpkgs.legacyPackages.${system}.callPackage ./package.nix { }; });
      apps = each (system: {
        default = { type = "app"; program = "${self.packages.${system}.default}/bin/potemkin"; };
      });
    };
}
