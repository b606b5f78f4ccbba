#include "engine/kernels/amx_tiles.h"

#include <immintrin.h>

#include <algorithm>
#include <type_traits>

#include "engine/kernels/dot_kinds.h"

#define TIQU_AMX __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512bf16,amx-tile,amx-int8,amx-bf16")))

// The numbers of tiles stand in the instructions.
#define TIQU_ADD_PRODUCT(sum, rows, columns)        \
  do {                                              \
    if constexpr (std::is_same_v<Kind, Int8Kind>) { \
      _tile_dpbusd(sum, rows, columns);             \
    } else {                                        \
      _tile_dpbf16ps(sum, rows, columns);           \
    }                                               \
  } while (false)

namespace tiqu::kernels {
namespace {

// Eight tiles of 16 rows of 64 bytes: tiles 0 to 3 hold sums, the others rows and columns.
struct alignas(64) TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileConfig) == 64);

constexpr int64_t kTileBytes = kAmxRows * kAmxDepth;
constexpr int64_t kColumnBytes = kDotColumns * kDotBytes;  // of a step, of a vector of columns

// The four tiles of sums as they leave the processor's.
struct alignas(64) Sums {
  uint8_t tiles[4][kTileBytes];
};

// A block of the result: what each tile of sums is multiplied from. The columns of a panel stand together, `width` of
// them.
struct Block {
  const uint8_t* rows;     // the first of them
  const uint8_t* columns;  // the first vector of them
  int64_t depth, width;
};

TIQU_AMX inline void ZeroSums() {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

TIQU_AMX inline void TakeSums(Sums* sums) {
  _tile_stored(0, sums->tiles[0], kAmxDepth);
  _tile_stored(1, sums->tiles[1], kAmxDepth);
  _tile_stored(2, sums->tiles[2], kAmxDepth);
  _tile_stored(3, sums->tiles[3], kAmxDepth);
}

template <class Kind>
TIQU_AMX void SumTwoByTwo(const Block& block, Sums* sums) {
  const int64_t panel = block.width * kDotBytes;
  ZeroSums();
  for (int64_t at = 0; at < block.depth; at += kAmxDepth) {
    _tile_loadd(4, block.rows + at, block.depth);
    _tile_loadd(5, block.rows + kAmxRows * block.depth + at, block.depth);
    _tile_loadd(6, block.columns + at * block.width, panel);
    _tile_loadd(7, block.columns + at * block.width + kColumnBytes, panel);
    TIQU_ADD_PRODUCT(0, 4, 6);
    TIQU_ADD_PRODUCT(2, 5, 6);
    TIQU_ADD_PRODUCT(1, 4, 7);
    TIQU_ADD_PRODUCT(3, 5, 7);
  }
  TakeSums(sums);
}

template <class Kind>
TIQU_AMX void SumOneByFour(const Block& block, Sums* sums) {
  const int64_t panel = block.width * kDotBytes;
  ZeroSums();
  for (int64_t at = 0; at < block.depth; at += kAmxDepth) {
    const uint8_t* const columns = block.columns + at * block.width;
    _tile_loadd(4, block.rows + at, block.depth);
    _tile_loadd(5, columns, panel);
    _tile_loadd(6, columns + kColumnBytes, panel);
    TIQU_ADD_PRODUCT(0, 4, 5);
    _tile_loadd(7, columns + 2 * kColumnBytes, panel);
    TIQU_ADD_PRODUCT(1, 4, 6);
    _tile_loadd(5, columns + 3 * kColumnBytes, panel);
    TIQU_ADD_PRODUCT(2, 4, 7);
    TIQU_ADD_PRODUCT(3, 4, 5);
  }
  TakeSums(sums);
}

template <class Kind>
TIQU_AMX void SumOne(const Block& block, Sums* sums) {
  _tile_zero(0);
  for (int64_t at = 0; at < block.depth; at += kAmxDepth) {
    _tile_loadd(4, block.rows + at, block.depth);
    _tile_loadd(5, block.columns + at * block.width, block.width * kDotBytes);
    TIQU_ADD_PRODUCT(0, 4, 5);
  }
  _tile_stored(0, sums->tiles[0], kAmxDepth);
}

// A tile of sums to the result, as far as that goes. The arguments are copies, which no store can change.
template <class Kind>
TIQU_AVX512 void Store(const DotProduct p, const Kind kind, const uint8_t* sums, int64_t row, int64_t column) {
  const int64_t end = std::min(row + kAmxRows, p.m);
  const typename Kind::Columns columns = kind.At(column);
  float* out = p.out + row * p.ldc + column;
  if (!p.accumulate && column + kDotColumns <= p.n) {
    for (; row < end; ++row, sums += kAmxDepth, out += p.ldc) {
      _mm512_storeu_ps(out, kind.Value(columns, Kind::Load(sums), row));
    }
  } else {
    for (; row < end; ++row, sums += kAmxDepth, out += p.ldc) {
      StorePart(p, column, kind.Value(columns, Kind::Load(sums), row), out);
    }
  }
}

// The sums of a block are stored after the instructions for the next: the processor does both at once.
template <class Kind>
class Product {
 public:
  Product(const DotProduct& p, const Kind& kind) : p_(p), kind_(kind) {}

  void Multiply() {
    // GCC 12 does not know that a tile's instruction reads memory: what was written before must be there.
    asm volatile("" ::: "memory");
    for (int64_t column = 0; column < p_.n; column += PanelWidth(column, p_.n)) {
      int64_t row = 0;
      if (PanelWidth(column, p_.n) == kPanelColumns) {
        for (; row + kAmxRows < p_.m; row += 2 * kAmxRows) TwoRowTiles(row, column);
        if (row < p_.m) OneRowTile(row, column);
      } else {
        for (; row < p_.m; row += kAmxRows) OneTile(row, column);
      }
    }
    StorePending();
  }

 private:
  // Of a block's sums: where in the result they belong. Tile i stands i / wide tiles below the first, i % wide beside.
  struct Pending {
    int64_t row = 0, column = 0, tiles = 0, wide = 1;
  };

  Block BlockAt(int64_t row, int64_t column, int64_t width) const {
    const auto* const columns = static_cast<const uint8_t*>(p_.tiles);
    return {static_cast<const uint8_t*>(p_.rows) + row * p_.depth, columns + column * p_.depth, p_.depth, width};
  }

  void TwoRowTiles(int64_t row, int64_t column) {
    Block block = BlockAt(row, column, kPanelColumns);
    for (int64_t half = 0; half < 2; ++half, column += 2 * kDotColumns, block.columns += 2 * kColumnBytes) {
      SumTwoByTwo<Kind>(block, &sums_[turn_]);
      StoreLater({row, column, 4, 2});
    }
  }

  void OneRowTile(int64_t row, int64_t column) {
    SumOneByFour<Kind>(BlockAt(row, column, kPanelColumns), &sums_[turn_]);
    StoreLater({row, column, 4, 4});
  }

  void OneTile(int64_t row, int64_t column) {
    SumOne<Kind>(BlockAt(row, column, kDotColumns), &sums_[turn_]);
    StoreLater({row, column, 1, 1});
  }

  void StoreLater(const Pending& next) {
    StorePending();
    pending_ = next;
    turn_ = 1 - turn_;
  }

  void StorePending() const {
    for (int64_t i = 0; i < pending_.tiles; ++i) {
      Store(p_, kind_, sums_[1 - turn_].tiles[i], pending_.row + i / pending_.wide * kAmxRows,
            pending_.column + i % pending_.wide * kDotColumns);
    }
  }

  const DotProduct p_;
  const Kind kind_;
  Sums sums_[2];
  int turn_ = 0;  // whose sums are made next; the other's are pending
  Pending pending_;
};

thread_local int scopes = 0;

// Not a local variable: GCC 12 believes that its instruction reads the first bytes only, and leaves the others out.
constexpr TileConfig kConfig;

TIQU_AMX void SetUpTiles() { _tile_loadconfig(&kConfig); }

TIQU_AMX void ReleaseTiles() { _tile_release(); }

}  // namespace

AmxScope::AmxScope() {
  if (scopes++ == 0) SetUpTiles();
}

AmxScope::~AmxScope() {
  if (--scopes == 0) ReleaseTiles();
}

void AmxMultiplyInt8(const DotProduct& product, const Int8Scales& scales) {
  const AmxScope scope;
  Product<Int8Kind>(product, {scales}).Multiply();
}

void AmxMultiplyBfloat16(const DotProduct& product) {
  const AmxScope scope;
  Product<Bfloat16Kind>(product, {}).Multiply();
}

}  // namespace tiqu::kernels
