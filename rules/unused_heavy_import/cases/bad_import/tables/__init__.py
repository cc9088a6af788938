class Row0:
    """A row."""

    def value(self, name):
        return self.values[name] + 0

class Row1:
    """A row."""

    def value(self, name):
        return self.values[name] + 1

class Row2:
    """A row."""

    def value(self, name):
        return self.values[name] + 2

class Row3:
    """A row."""

    def value(self, name):
        return self.values[name] + 3

class Row4:
    """A row."""

    def value(self, name):
        return self.values[name] + 4

class Row5:
    """A row."""

    def value(self, name):
        return self.values[name] + 5

class Row6:
    """A row."""

    def value(self, name):
        return self.values[name] + 6

class Row7:
    """A row."""

    def value(self, name):
        return self.values[name] + 7

class Row8:
    """A row."""

    def value(self, name):
        return self.values[name] + 8

class Row9:
    """A row."""

    def value(self, name):
        return self.values[name] + 9

class Row10:
    """A row."""

    def value(self, name):
        return self.values[name] + 10

class Row11:
    """A row."""

    def value(self, name):
        return self.values[name] + 11

class Row12:
    """A row."""

    def value(self, name):
        return self.values[name] + 12

class Row13:
    """A row."""

    def value(self, name):
        return self.values[name] + 13

class Row14:
    """A row."""

    def value(self, name):
        return self.values[name] + 14

class Row15:
    """A row."""

    def value(self, name):
        return self.values[name] + 15

class Row16:
    """A row."""

    def value(self, name):
        return self.values[name] + 16

class Row17:
    """A row."""

    def value(self, name):
        return self.values[name] + 17

class Row18:
    """A row."""

    def value(self, name):
        return self.values[name] + 18

class Row19:
    """A row."""

    def value(self, name):
        return self.values[name] + 19

class Row20:
    """A row."""

    def value(self, name):
        return self.values[name] + 20

class Row21:
    """A row."""

    def value(self, name):
        return self.values[name] + 21

class Row22:
    """A row."""

    def value(self, name):
        return self.values[name] + 22

class Row23:
    """A row."""

    def value(self, name):
        return self.values[name] + 23

class Row24:
    """A row."""

    def value(self, name):
        return self.values[name] + 24

class Row25:
    """A row."""

    def value(self, name):
        return self.values[name] + 25

class Row26:
    """A row."""

    def value(self, name):
        return self.values[name] + 26

class Row27:
    """A row."""

    def value(self, name):
        return self.values[name] + 27

class Row28:
    """A row."""

    def value(self, name):
        return self.values[name] + 28

class Row29:
    """A row."""

    def value(self, name):
        return self.values[name] + 29

class Row30:
    """A row."""

    def value(self, name):
        return self.values[name] + 30

class Row31:
    """A row."""

    def value(self, name):
        return self.values[name] + 31

class Row32:
    """A row."""

    def value(self, name):
        return self.values[name] + 32

class Row33:
    """A row."""

    def value(self, name):
        return self.values[name] + 33

class Row34:
    """A row."""

    def value(self, name):
        return self.values[name] + 34

class Row35:
    """A row."""

    def value(self, name):
        return self.values[name] + 35

class Row36:
    """A row."""

    def value(self, name):
        return self.values[name] + 36

class Row37:
    """A row."""

    def value(self, name):
        return self.values[name] + 37

class Row38:
    """A row."""

    def value(self, name):
        return self.values[name] + 38

class Row39:
    """A row."""

    def value(self, name):
        return self.values[name] + 39

class Row40:
    """A row."""

    def value(self, name):
        return self.values[name] + 40

class Row41:
    """A row."""

    def value(self, name):
        return self.values[name] + 41

class Row42:
    """A row."""

    def value(self, name):
        return self.values[name] + 42

class Row43:
    """A row."""

    def value(self, name):
        return self.values[name] + 43

class Row44:
    """A row."""

    def value(self, name):
        return self.values[name] + 44

class Row45:
    """A row."""

    def value(self, name):
        return self.values[name] + 45

class Row46:
    """A row."""

    def value(self, name):
        return self.values[name] + 46

class Row47:
    """A row."""

    def value(self, name):
        return self.values[name] + 47

class Row48:
    """A row."""

    def value(self, name):
        return self.values[name] + 48

class Row49:
    """A row."""

    def value(self, name):
        return self.values[name] + 49

class Row50:
    """A row."""

    def value(self, name):
        return self.values[name] + 50

class Row51:
    """A row."""

    def value(self, name):
        return self.values[name] + 51

class Row52:
    """A row."""

    def value(self, name):
        return self.values[name] + 52

class Row53:
    """A row."""

    def value(self, name):
        return self.values[name] + 53

class Row54:
    """A row."""

    def value(self, name):
        return self.values[name] + 54

class Row55:
    """A row."""

    def value(self, name):
        return self.values[name] + 55

class Row56:
    """A row."""

    def value(self, name):
        return self.values[name] + 56

class Row57:
    """A row."""

    def value(self, name):
        return self.values[name] + 57

class Row58:
    """A row."""

    def value(self, name):
        return self.values[name] + 58

class Row59:
    """A row."""

    def value(self, name):
        return self.values[name] + 59

class Row60:
    """A row."""

    def value(self, name):
        return self.values[name] + 60

class Row61:
    """A row."""

    def value(self, name):
        return self.values[name] + 61

class Row62:
    """A row."""

    def value(self, name):
        return self.values[name] + 62

class Row63:
    """A row."""

    def value(self, name):
        return self.values[name] + 63

class Row64:
    """A row."""

    def value(self, name):
        return self.values[name] + 64

class Row65:
    """A row."""

    def value(self, name):
        return self.values[name] + 65

class Row66:
    """A row."""

    def value(self, name):
        return self.values[name] + 66

class Row67:
    """A row."""

    def value(self, name):
        return self.values[name] + 67

class Row68:
    """A row."""

    def value(self, name):
        return self.values[name] + 68

class Row69:
    """A row."""

    def value(self, name):
        return self.values[name] + 69

class Row70:
    """A row."""

    def value(self, name):
        return self.values[name] + 70

class Row71:
    """A row."""

    def value(self, name):
        return self.values[name] + 71

class Row72:
    """A row."""

    def value(self, name):
        return self.values[name] + 72

class Row73:
    """A row."""

    def value(self, name):
        return self.values[name] + 73

class Row74:
    """A row."""

    def value(self, name):
        return self.values[name] + 74

class Row75:
    """A row."""

    def value(self, name):
        return self.values[name] + 75

class Row76:
    """A row."""

    def value(self, name):
        return self.values[name] + 76

class Row77:
    """A row."""

    def value(self, name):
        return self.values[name] + 77

class Row78:
    """A row."""

    def value(self, name):
        return self.values[name] + 78

class Row79:
    """A row."""

    def value(self, name):
        return self.values[name] + 79

class Row80:
    """A row."""

    def value(self, name):
        return self.values[name] + 80

class Row81:
    """A row."""

    def value(self, name):
        return self.values[name] + 81

class Row82:
    """A row."""

    def value(self, name):
        return self.values[name] + 82

class Row83:
    """A row."""

    def value(self, name):
        return self.values[name] + 83

class Row84:
    """A row."""

    def value(self, name):
        return self.values[name] + 84

class Row85:
    """A row."""

    def value(self, name):
        return self.values[name] + 85

class Row86:
    """A row."""

    def value(self, name):
        return self.values[name] + 86

class Row87:
    """A row."""

    def value(self, name):
        return self.values[name] + 87

class Row88:
    """A row."""

    def value(self, name):
        return self.values[name] + 88

class Row89:
    """A row."""

    def value(self, name):
        return self.values[name] + 89

class Row90:
    """A row."""

    def value(self, name):
        return self.values[name] + 90

class Row91:
    """A row."""

    def value(self, name):
        return self.values[name] + 91

class Row92:
    """A row."""

    def value(self, name):
        return self.values[name] + 92

class Row93:
    """A row."""

    def value(self, name):
        return self.values[name] + 93

class Row94:
    """A row."""

    def value(self, name):
        return self.values[name] + 94

class Row95:
    """A row."""

    def value(self, name):
        return self.values[name] + 95

class Row96:
    """A row."""

    def value(self, name):
        return self.values[name] + 96

class Row97:
    """A row."""

    def value(self, name):
        return self.values[name] + 97

class Row98:
    """A row."""

    def value(self, name):
        return self.values[name] + 98

class Row99:
    """A row."""

    def value(self, name):
        return self.values[name] + 99

class Row100:
    """A row."""

    def value(self, name):
        return self.values[name] + 100

class Row101:
    """A row."""

    def value(self, name):
        return self.values[name] + 101

class Row102:
    """A row."""

    def value(self, name):
        return self.values[name] + 102

class Row103:
    """A row."""

    def value(self, name):
        return self.values[name] + 103

class Row104:
    """A row."""

    def value(self, name):
        return self.values[name] + 104

class Row105:
    """A row."""

    def value(self, name):
        return self.values[name] + 105

class Row106:
    """A row."""

    def value(self, name):
        return self.values[name] + 106

class Row107:
    """A row."""

    def value(self, name):
        return self.values[name] + 107

class Row108:
    """A row."""

    def value(self, name):
        return self.values[name] + 108

class Row109:
    """A row."""

    def value(self, name):
        return self.values[name] + 109

class Row110:
    """A row."""

    def value(self, name):
        return self.values[name] + 110

class Row111:
    """A row."""

    def value(self, name):
        return self.values[name] + 111

class Row112:
    """A row."""

    def value(self, name):
        return self.values[name] + 112

class Row113:
    """A row."""

    def value(self, name):
        return self.values[name] + 113

class Row114:
    """A row."""

    def value(self, name):
        return self.values[name] + 114

class Row115:
    """A row."""

    def value(self, name):
        return self.values[name] + 115

class Row116:
    """A row."""

    def value(self, name):
        return self.values[name] + 116

class Row117:
    """A row."""

    def value(self, name):
        return self.values[name] + 117

class Row118:
    """A row."""

    def value(self, name):
        return self.values[name] + 118

class Row119:
    """A row."""

    def value(self, name):
        return self.values[name] + 119

class Row120:
    """A row."""

    def value(self, name):
        return self.values[name] + 120

class Row121:
    """A row."""

    def value(self, name):
        return self.values[name] + 121

class Row122:
    """A row."""

    def value(self, name):
        return self.values[name] + 122

class Row123:
    """A row."""

    def value(self, name):
        return self.values[name] + 123

class Row124:
    """A row."""

    def value(self, name):
        return self.values[name] + 124

class Row125:
    """A row."""

    def value(self, name):
        return self.values[name] + 125

class Row126:
    """A row."""

    def value(self, name):
        return self.values[name] + 126

class Row127:
    """A row."""

    def value(self, name):
        return self.values[name] + 127

class Row128:
    """A row."""

    def value(self, name):
        return self.values[name] + 128

class Row129:
    """A row."""

    def value(self, name):
        return self.values[name] + 129

class Row130:
    """A row."""

    def value(self, name):
        return self.values[name] + 130

class Row131:
    """A row."""

    def value(self, name):
        return self.values[name] + 131

class Row132:
    """A row."""

    def value(self, name):
        return self.values[name] + 132

class Row133:
    """A row."""

    def value(self, name):
        return self.values[name] + 133

class Row134:
    """A row."""

    def value(self, name):
        return self.values[name] + 134

class Row135:
    """A row."""

    def value(self, name):
        return self.values[name] + 135

class Row136:
    """A row."""

    def value(self, name):
        return self.values[name] + 136

class Row137:
    """A row."""

    def value(self, name):
        return self.values[name] + 137

class Row138:
    """A row."""

    def value(self, name):
        return self.values[name] + 138

class Row139:
    """A row."""

    def value(self, name):
        return self.values[name] + 139

class Row140:
    """A row."""

    def value(self, name):
        return self.values[name] + 140

class Row141:
    """A row."""

    def value(self, name):
        return self.values[name] + 141

class Row142:
    """A row."""

    def value(self, name):
        return self.values[name] + 142

class Row143:
    """A row."""

    def value(self, name):
        return self.values[name] + 143

class Row144:
    """A row."""

    def value(self, name):
        return self.values[name] + 144

class Row145:
    """A row."""

    def value(self, name):
        return self.values[name] + 145

class Row146:
    """A row."""

    def value(self, name):
        return self.values[name] + 146

class Row147:
    """A row."""

    def value(self, name):
        return self.values[name] + 147

class Row148:
    """A row."""

    def value(self, name):
        return self.values[name] + 148

class Row149:
    """A row."""

    def value(self, name):
        return self.values[name] + 149
